// Says why the module of a game cannot be imported, with the file and line that the author has to look at.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { gameModule, nearName } from '../games/index.ts';
import { authorPlace, type Place, pathOf } from './author-place.ts';
import { escaped, lineOfText } from './key-place.ts';
import { lastLoaded } from './resolve-holdfast.ts';

export interface ImportProblem {
  /** Undefined: the game's own module. */
  readonly file?: string;
  readonly line?: number | undefined;
  readonly text: string;
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];
/** Also said of JSON, which a copy of the code gives to Node as a module. */
export const EXTENSIONS_TEXT = 'a game is a module: a file that ends in .ts, .mts, .js or .mjs';
/** What TypeScript has that is no JavaScript with types, and what to write instead. */
const instead: readonly (readonly [RegExp, string])[] = [
  [/enum/, 'enum is not supported: write const Colour = { red: 0, blue: 1 } as const'],
  [/namespace|module/, 'namespace is not supported: write the functions and constants without it'],
  [
    /parameter property/,
    'a parameter property (constructor(private x)) is not supported: declare the field in the class',
  ],
  [
    /import.*=|export.*=/,
    'import = and export = are not supported: write import … from and export',
  ],
];

/** @param path the game's module. */
export function importProblem(path: string, error: unknown): ImportProblem {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const message = textOf(error);
  const missing = /^Cannot find (module|package) '(.+?)'(?: imported from (.+))?/.exec(message);
  if (missing) {
    const [, kind, what, from] = missing;
    if (kind === 'module' && what === path) return { text: noFile(path) };
    return missingImport(kind!, what!, from === undefined ? path : (pathOf(from) ?? path));
  }
  if (isDirectory(path))
    return { text: `it is a directory: name the module in it${moduleIn(path)}` };
  if (!EXTENSIONS.includes(extname(path)) && !/^\.c[jt]s$/.test(extname(path))) {
    return { text: EXTENSIONS_TEXT };
  }
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT') return directoryImport(path, message);
  const noExport = /module '(.+)' does not provide an export named '(.+)'/.exec(message);
  if (noExport) return missingExport(path, error, noExport[1]!, noExport[2]!);
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    const say = instead.find(([pattern]) => pattern.test(message))?.[1];
    return { ...headPlace(error), text: say ?? message };
  }
  const compiled = /(\/[^\n]+):(\d+):\d+: ERROR: (.+)/.exec(message);
  if (compiled) {
    return { file: compiled[1]!, line: Number(compiled[2]), text: `syntax error: ${compiled[3]}` };
  }
  if (error instanceof SyntaxError && !authorPlace(error))
    return syntaxProblem(path, error, message);
  const place = authorPlace(error) ?? headPlace(error);
  return { ...place, text: `it throws when it is loaded: ${message}` };
}

function noFile(path: string): string {
  const near = nearFile(path);
  return `there is no such file${near === undefined ? '' : `: did you mean ${near}?`}`;
}

/** @returns the path of a file with a similar name in the same folder. */
function nearFile(path: string): string | undefined {
  const folder = dirname(path);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const modules = names.filter(
    (name) => EXTENSIONS.includes(extname(name)) || name.endsWith('.json'),
  );
  const name = basename(path);
  const sameStem = modules.find((module) => stem(module) === stem(name) || stem(module) === name);
  const near = sameStem ?? nearName(name, modules);
  return near === undefined ? undefined : resolve(folder, near);
}

const stem = (name: string): string => name.replace(/\.[^.]*$/, '');

function missingImport(kind: string, what: string, from: string): ImportProblem {
  const source = read(from);
  if (kind === 'package') {
    const line = lineOfText(source, RegExp(`['"]${escaped(what)}(/[^'"]*)?['"]`));
    const text = what.startsWith('holdfast')
      ? `there is no ${what}: write import { defineGame } from 'holdfast/game'`
      : `it imports the package ${what}, which is not installed: run npm install ${what} in the folder of the game`;
    return { file: from, line, text };
  }
  const target = pathOf(what) ?? what;
  const written = [...source.matchAll(/['"](\.{1,2}\/[^'"\n]*)['"]/g)].find(
    ([, to]) => resolve(dirname(from), to!) === target,
  );
  const line = written && source.slice(0, written.index).split('\n').length;
  const near = nearFile(target);
  const hint = near === undefined ? '' : `: did you mean ${asImported(from, near)}?`;
  const text = `it imports ${written?.[1] ?? target}, and there is no such file${hint}`;
  return { file: from, line, text };
}

const asImported = (from: string, to: string): string =>
  dirname(from) === dirname(to) ? `./${basename(to)}` : to;

function directoryImport(path: string, message: string): ImportProblem {
  const [, what, by] = /import '(.+?)' is not supported.* imported from (.+)$/.exec(message) ?? [];
  const from = (by !== undefined && pathOf(by)) || path;
  const text = `it imports the directory ${what}: name the module in it${moduleIn(what ?? '')}`;
  return {
    file: from,
    line: lineOfText(read(from), RegExp(`['"][^'"\n]*/?${escaped(basename(what ?? ''))}/?['"]`)),
    text,
  };
}

function missingExport(path: string, error: unknown, module: string, name: string): ImportProblem {
  const place = headPlace(error) ?? { file: path };
  const text = `${module} has no export named ${name}`;
  if (module !== 'holdfast/game') {
    return { ...place, text: `${text}: a type is imported with import type { ${name} }` };
  }
  const near = nearName(name, Object.keys(gameModule));
  const isType = /^[A-Z]/.test(name) && near === undefined;
  const hint = isType ? `import type { ${name} }, if it is a type` : `did you mean ${near}?`;
  return { ...place, text: near === undefined && !isType ? text : `${text}: ${hint}` };
}

/** Node says of TypeScript where the error is, and of JavaScript only which file it was about to compile. */
function syntaxProblem(path: string, error: SyntaxError, message: string): ImportProblem {
  const head = headPlace(error);
  if (head && !/outside a module/.test(message))
    return { ...head, text: `syntax error: ${message}` };
  const file = lastLoaded() ?? path;
  if (/^\.c[jt]s$/.test(extname(file))) {
    return {
      file,
      text: `${extname(file)} is a CommonJS file: name it .ts or .js, where import and export are known`,
    };
  }
  const source = read(file);
  const found = parsed(source);
  if (found) return { file, line: headLine(found), text: `syntax error: ${textOf(found)}` };
  const decorator = lineOfText(source, /^[ \t]*@[A-Za-z]/m);
  if (decorator === undefined) return { file, text: `syntax error: ${message}` };
  return {
    file,
    line: decorator,
    text: 'decorators (@name) are not supported: call the function instead',
  };
}

/** @returns the error of a parser that says where it is. Node calls that parser experimental, which is of no
 *  interest to an operator. */
function parsed(source: string): unknown {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    stripTypeScriptTypes(source);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Some errors name their place in the first line of the stack. */
function headPlace(error: unknown): Place | undefined {
  const [, at, line] = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n/.exec(stackOf(error)) ?? [];
  const file = at === undefined ? undefined : pathOf(at);
  return file === undefined ? undefined : { file, line: Number(line) };
}

function headLine(error: unknown): number | undefined {
  const line = /^[^\n]*:(\d+)\n/.exec(stackOf(error))?.[1];
  return line === undefined ? undefined : Number(line);
}

const stackOf = (error: unknown): string => String((error as Error | undefined)?.stack ?? '');

/** @returns one line. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.message || error.name}` : String(error);
  return text.replace(/\s*\n\s*/g, ' ').slice(0, 1000);
}

function moduleIn(folder: string): string {
  const names = ['index.ts', 'index.js', 'game.ts', 'main.ts'];
  const found = names.find((name) => read(resolve(folder, name)) !== '');
  return found === undefined ? '' : `, ${resolve(folder, found)}`;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
