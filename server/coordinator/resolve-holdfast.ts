// Lets modules of games import `holdfast/game`, wherever they are.
import { registerHooks } from 'node:module';
import { extname } from 'node:path';

/** A game outside of any package finds `holdfast/game` all the same, and always this server's, so
 *  that there is one class `Refusal`. */
export function resolveHoldfast(): void {
  const extension = extname(import.meta.url);
  const target = new URL(`../games/game${extension}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'holdfast/game') return { url: target, shortCircuit: true };
      return nextResolve(specifier, context);
    },
  });
}
