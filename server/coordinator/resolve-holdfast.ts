// Lets modules of games import `holdfast/game` and `holdfast/multiprocessing`, wherever they are.
import { registerHooks } from 'node:module';
import { extname } from 'node:path';

const doors = {
  'holdfast/game': 'games/game',
  'holdfast/multiprocessing': 'multiprocessing/toolkit',
};

/** A game outside of any package finds them all the same, and always this server's, so that there is
 *  one class `Refusal`. */
export function resolveHoldfast(): void {
  const extension = extname(import.meta.url);
  const urls = new Map(
    Object.entries(doors).map(([door, path]) => {
      return [door, new URL(`../${path}${extension}`, import.meta.url).href];
    }),
  );
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = urls.get(specifier);
      return url ? { url, shortCircuit: true } : nextResolve(specifier, context);
    },
  });
}
