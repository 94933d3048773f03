// Refuses functions of a game that go on after they have returned.
import type { Problem } from './problem.ts';

/** A step of a room ends when the function returns: a room cannot wait for a promise, and would neither write nor
 *  replay the changes that come after it. */
export function checkSync(path: readonly string[], given: unknown): Problem[] {
  const name = path.join('.');
  const tag = Object.prototype.toString.call(given);
  if (tag === '[object AsyncFunction]' || tag === '[object AsyncGeneratorFunction]') {
    const text = `${name} must not be async: its work has to be done when it returns; slow work goes into prepare or bots.plan`;
    return [{ path, text }];
  }
  if (tag !== '[object GeneratorFunction]') return [];
  const text = `${name} must be a plain function: a generator (with *) does nothing when it is called`;
  return [{ path, text }];
}
