// The task of other pools: they call what a module exports by default.
export { square as default } from './tasks.ts';
