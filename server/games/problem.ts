// One mistake in a game: its sentence, and the key of the game that it is about.
import { nearName } from './near-name.ts';

export interface Problem {
  /** The keys that lead to it, such as ['commands', 'walk', 'argz']; the last of them may be missing. */
  readonly path: readonly string[];
  /** A sentence that names the place by its keys and says what to write there. */
  readonly text: string;
}

/** Longest text of a value in a sentence, in characters. */
const SHOWN_MAX = 40;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** @param other what authors write for a key, by their word for it.
 *  @returns a problem for each key of `given` that is not among the known ones. */
export function unknownKeys(
  given: Readonly<Record<string, unknown>>,
  path: readonly string[],
  known: readonly string[],
  other: Readonly<Record<string, string>> = {},
): Problem[] {
  const where = path.length === 0 ? 'a game' : path.join('.');
  return Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const word = key
        .toLowerCase()
        .replace(/[_-]/g, '')
        .replace(/^on(?=.)/, '');
      const meant = Object.hasOwn(other, word) ? other[word] : nearName(key, known);
      const near = meant ?? nearName(word, known);
      const hint = near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`;
      return { path: [...path, key], text: `${where} has no ${shownName(key)}: ${hint}` };
    });
}

/** A value as a sentence shows it. Never throws; what it gives is one short line. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(shownName(value));
    case 'function':
      return value.name === '' ? 'a function' : `the function ${shownName(value.name)}`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : withArticle(shownName(classOf(value)));
    default:
      return shownName(String(value));
  }
}

const withArticle = (name: string): string => `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`;

/** @returns the text without control characters, cut where it is long. */
export function shownName(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const line = text.slice(0, SHOWN_MAX).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
  return text.length > SHOWN_MAX ? `${line}…` : line;
}

/** @returns the name of the object's class; 'Object' for a plain one. */
export function classOf(value: object): string {
  try {
    const { name } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? Object;
    return typeof name === 'string' && name !== '' ? name : 'object of a class';
  } catch {
    return 'object';
  }
}
