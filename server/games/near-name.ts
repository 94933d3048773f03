// The known name that a mistyped one was meant to be.

/** A longer name is no typing mistake, and would take long to compare. */
const LENGTH_MAX = 60;

/** @returns the known name that is most like `given`; undefined where none is like it. */
export function nearName(given: string, known: Iterable<string>): string | undefined {
  if (given.length > LENGTH_MAX) return undefined;
  const plain = plainForm(given);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(plain, plainForm(name));
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

/** Letters to add, remove, replace or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
