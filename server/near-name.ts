// Finds the name that was meant by one that is misspelt.

/** More single changes than a third of the name are another name. */
const CHANGES_PER_LETTER = 1 / 3;
const LENGTH_MAX = 100;

/** @returns the nearest of `names`; undefined where none is near. */
export function nearName(given: string, names: readonly string[]): string | undefined {
  if (given.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(given.length * CHANGES_PER_LETTER)) + 1;
  for (const name of names) {
    const changes = changesBetween(given, name);
    if (changes >= fewest) continue;
    best = name;
    fewest = changes;
  }
  return best;
}

/** The number of letters that are added, left out, replaced, or exchanged with the next one (optimal string
 *  alignment distance). */
export function changesBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let changes = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isExchanged) changes = Math.min(changes, before[j - 2]! + 1);
      row.push(changes);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
