// Lets modules of games import `holdfast/game` and `holdfast/multiprocessing`, wherever they are.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const doors = {
  'holdfast/game': 'games/game',
  'holdfast/multiprocessing': 'multiprocessing/toolkit',
};

/** A statement that only a module has; `import(…)` is no statement. */
const MODULE_SYNTAX = /^[ \t]*(?:import\s*["'{*\w]|export\b)/m;

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
      return nextLoad(url, context);
    },
  });
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
