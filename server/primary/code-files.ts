// Reads the code that child processes run, as it is on the disk at one moment.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { LoadError } from './load-error.ts';
import { type ModuleFile, moduleFiles } from './module-files.ts';

export interface CodeSources {
  /** `main.js` of the server: all of its folder is read, and `protocol/` beside that. A symbolic link in it
   *  is followed each time. */
  readonly mainPath: string;
  /** Modules of games. */
  readonly games: readonly string[];
}

/** Some of the files were written while they were read: they are read again. */
const READS_MAX = 20;
const REREAD_MS = 100;

/** Nearest `package.json`, by folder: it says how Node reads a `.js` or `.ts` file. */
type PackageTypes = Map<string, Promise<string | undefined>>;

/** What `code-boot.ts` reads. */
export interface CodeFiles {
  /** JSON: of each module its format, and where its text is in `sources`. */
  readonly index: string;
  readonly sources: Buffer;
  /** The URL of `main.js`. */
  readonly main: string;
}

/** @throws {LoadError} while the code is being written, or where a game has too many files. */
export async function readCode(sources: CodeSources): Promise<CodeFiles> {
  let problem = 'it changes while it is read';
  const passing = (error: NodeJS.ErrnoException) => {
    // A file that is gone in between may be there again; what is wrong with a game stays wrong.
    if (error.code !== 'ENOENT') throw new LoadError(error.message);
    problem = error.message;
  };
  for (let reads = 0; reads < READS_MAX; reads++) {
    if (reads > 0) await wait(REREAD_MS);
    const read = await readOnce(sources).catch(passing);
    if (read && (await isUnchanged(read))) return await filesOf(read);
  }
  throw new LoadError(
    `the code on the disk is not whole (${problem}): ask for a restart when the deployment is through`,
  );
}

interface Read {
  readonly main: string;
  readonly files: readonly ModuleFile[];
  readonly states: ReadonlyMap<string, string>;
}

async function readOnce({ mainPath, games }: CodeSources): Promise<Read> {
  const main = await realpath(mainPath);
  const folder = dirname(main);
  const folders = [folder, join(folder, '../protocol')];
  const paths = (await Promise.all(folders.map(scripts))).flat();
  const states = new Map<string, string>();
  const own = paths.map(async (path) => {
    states.set(path, await stateOf(path));
    return { path, foundAs: undefined, source: await readFile(path, 'utf8') };
  });
  const ofGames = games.map((game) => moduleFiles(game));
  const files = [...(await Promise.all(own)), ...(await Promise.all(ofGames)).flat()];
  return { main, files, states };
}

async function scripts(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && extname(entry.name) === '.js')
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Of a game's files the text is compared: they are few. */
async function isUnchanged({ files, states }: Read): Promise<boolean> {
  const checks = files.map(async ({ path, source }) => {
    const before = states.get(path);
    if (before === undefined) return (await readFile(path, 'utf8')) === source;
    return (await stateOf(path)) === before;
  });
  return (await Promise.all(checks).catch(() => [false])).every(Boolean);
}

async function stateOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return `${ino} ${size} ${mtimeMs}`;
}

async function filesOf({ main, files: read }: Read): Promise<CodeFiles> {
  const types: PackageTypes = new Map();
  const files: Record<string, [format: string, from: number, bytes: number]> = {};
  const aliases: Record<string, string> = {};
  const sources: Buffer[] = [];
  let from = 0;
  for (const { path, foundAs, source } of read) {
    const { href } = pathToFileURL(path);
    const bytes = Buffer.from(source);
    files[href] = [await formatOf(path, source, types), from, bytes.length];
    sources.push(bytes);
    from += bytes.length;
    if (foundAs !== undefined) aliases[pathToFileURL(foundAs).href] = href;
  }
  const index = JSON.stringify({ files, aliases });
  return { index, sources: Buffer.concat(sources), main: pathToFileURL(main).href };
}

/** A statement that only a module has; `import(…)` is no statement. */
const MODULE_SYNTAX = /^[ \t]*(?:import\s*["'{*\w]|export\b)/m;

/** Mostly as Node has it: by extension, then by the statements in it, then by the nearest `package.json`. */
async function formatOf(path: string, source: string, types: PackageTypes): Promise<string> {
  const extension = extname(path);
  if (extension === '.json') return 'json';
  const suffix = /ts$/.test(extension) ? '-typescript' : '';
  if (/^\.m/.test(extension)) return `module${suffix}`;
  if (/^\.c/.test(extension)) return `commonjs${suffix}`;
  // A game may lie beside the `package.json` of something else, which says `"type": "commonjs"`.
  const isModule =
    MODULE_SYNTAX.test(source) || (await packageType(dirname(path), types)) === 'module';
  return `${isModule ? 'module' : 'commonjs'}${suffix}`;
}

function packageType(folder: string, types: PackageTypes): Promise<string | undefined> {
  const known = types.get(folder);
  if (known) return known;
  const type = readPackageType(folder).catch(() => {
    const above = dirname(folder);
    return above === folder ? undefined : packageType(above, types);
  });
  types.set(folder, type);
  return type;
}

async function readPackageType(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { type?: string }).type;
}
