// The known name of a game that a mistyped one was meant to be.
import { changesBetween } from '../near-name.ts';

/** A longer name is no typing mistake, and would take long to compare. */
const LENGTH_MAX = 60;

/** @returns the known name that is most like `given`; undefined where none is like it. */
export function nearName(given: string, known: Iterable<string>): string | undefined {
  if (given.length > LENGTH_MAX) return undefined;
  const plain = plainForm(given);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = changesBetween(plain, plainForm(name));
    // A third of the letters may be wrong.
    if (distance > Math.max(1, Math.floor(name.length / 3)) || distance >= least) continue;
    if (distance >= plain.length) continue;
    best = name;
    least = distance;
  }
  return best;
}

/** @returns ': did you mean x?', or the known names where none is like `given`. */
export function didYouMean(given: string, known: readonly string[]): string {
  const near = nearName(given, known);
  if (near !== undefined) return `: did you mean ${near}?`;
  return known.length === 0 ? '' : `: there are ${known.join(', ')}`;
}

/** Without capitals and underscores, in which names of other languages differ. */
function plainForm(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
