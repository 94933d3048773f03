// Lets modules of games import `holdfast/game` and `holdfast/multiprocessing`, wherever they are.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const doors = {
  'holdfast/game': 'games/game',
  'holdfast/multiprocessing': 'multiprocessing/toolkit',
};

/** A statement that only a module has; `import(…)` is no statement. */
const MODULE_SYNTAX = /^[ \t]*(?:import\s*["'{*\w]|export\b)/m;

const RELATIVE_IMPORT =
  /^[ \t]*(?:import\s*|(?:import|export)\s[^'"();=]*\bfrom\s*)['"](\.{1,2}\/[^'"\n]+)['"]/gm;

let isRegistered = false;
let last: string | undefined;

/** The file that was read last: the one at fault where Node cannot compile it. */
export const lastLoaded = (): string | undefined => last;

/** A game outside of any package finds them all the same, and always this server's, so that there is
 *  one class `Refusal`. */
export function resolveHoldfast(): void {
  if (isRegistered) return;
  isRegistered = true;
  const extension = extname(import.meta.url);
  const urls = new Map(
    Object.entries(doors).map(([door, path]) => {
      return [door, new URL(`../${path}${extension}`, import.meta.url).href];
    }),
  );
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = urls.get(specifier);
      return url ? { url, shortCircuit: true } : asModule(nextResolve(specifier, context));
    },
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) last = fileURLToPath(url.replace(/\?.*$/, ''));
      if (extension === '.ts' && isOfGame(url)) checkSyntax(last!);
      return nextLoad(url, context);
    },
  });
}

/** The server's own modules. */
const OWN = ['..', '../../protocol', '../../node_modules'].map((path) => {
  return new URL(`${path}/`, import.meta.url).href;
});

const isOfGame = (url: string): boolean =>
  url.startsWith('file:') &&
  !url.includes('/node_modules/') &&
  !OWN.some((own) => url.startsWith(own));

/** What runs the server from its source compiles enums and namespaces, completes paths, and leaves out imports
 *  that are not used. Node, which runs the built server, does none of it: the author is told so at once.
 *  @throws {Error} as Node. */
function checkSyntax(path: string): void {
  if (!/\.m?ts$/.test(path)) return;
  for (const [, specifier] of stripped(path).matchAll(RELATIVE_IMPORT)) {
    const to = resolve(dirname(path), specifier!);
    if (!existsSync(to)) throw new Error(`Cannot find module '${to}' imported from ${path}`);
  }
}

function stripped(path: string): string {
  const { emitWarning } = process;
  // Node calls the function experimental, which is of no interest to an author.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(readFileSync(path, 'utf8'), { sourceUrl: path });
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** A game may lie beside the `package.json` of something else, which says `"type": "commonjs"`. */
function asModule<R extends { url: string; format?: string | null | undefined }>(resolved: R): R {
  const { url, format } = resolved;
  if (!format?.startsWith('commonjs') || !/\.[jt]s$/.test(url) || url.includes('/node_modules/')) {
    return resolved;
  }
  if (!MODULE_SYNTAX.test(readFileSync(fileURLToPath(url), 'utf8'))) return resolved;
  return { ...resolved, format: format.replace('commonjs', 'module') };
}
