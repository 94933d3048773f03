// The files that a game is made of: its module, and what it and they name by a path.
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

export interface ModuleFile {
  /** With no symbolic link in it. */
  readonly path: string;
  /** Under which it was found, where that is another. */
  readonly foundAs: string | undefined;
  readonly source: string;
}

const EXTENSIONS = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json']);
/** A game with more is a mistake, such as a path to a folder of builds. */
const FILES_MAX = 2000;
const BYTES_MAX = 33_554_432;

/** Every text in quotes that begins with `./` or `../` and names a module or JSON file from where it stands:
 *  imports, also those of a later moment, and modules that run in other processes. */
const PATHS = /(['"`])(\.{1,2}\/[^'"`\n\\]*)\1/g;

/** Follows the paths from file to file; a path that names no file is left out.
 *  @throws an Error where there are too many. */
export async function moduleFiles(entry: string): Promise<ModuleFile[]> {
  const found: ModuleFile[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  const waiting = [resolve(entry)];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const file = await read(path);
    if (!file) continue;
    found.push(file);
    bytes += file.source.length;
    if (found.length > FILES_MAX || bytes > BYTES_MAX) {
      throw new Error(
        `game ${entry} is made of more than ${FILES_MAX} files or ${BYTES_MAX} bytes: name a module whose ` +
          'imports are those of one game',
      );
    }
    if (extname(path) === '.json') continue;
    for (const [, , to] of file.source.matchAll(PATHS)) {
      waiting.push(resolve(dirname(file.path), to!));
    }
  }
  return found;
}

async function read(path: string): Promise<ModuleFile | undefined> {
  if (!EXTENSIONS.has(extname(path))) return undefined;
  try {
    const real = await realpath(path);
    const { size } = await stat(real);
    if (size > BYTES_MAX) return undefined;
    const source = await readFile(real, 'utf8');
    return { path: real, foundAs: real === path ? undefined : path, source };
  } catch {
    // The text was no path of a file, or the module will say what is wrong when it is loaded.
    return undefined;
  }
}
