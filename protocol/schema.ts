// Schemas and their checks, of the package typebox. The build makes this module one file: it is 700
// of them, and reading them was half of what the start of a process cost.
export { default as Type, type Static, type TObject, type TSchema } from 'typebox';
export { Compile } from 'typebox/compile';
