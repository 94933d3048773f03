// Finds the line of a game's source on which a key stands, for sentences about that key.

/** After these a slash begins a regular expression. */
const BEFORE_PATTERN = /[(,=:[!&|?{};+\n]/;
const WORD = /[\w$]/;

/** @param path keys that lead from the object of `export default` to the one that is meant.
 *  @returns the line of the longest part of the path that the source has, from 1; undefined where it has no
 *  default export. */
export function lineOfKey(source: string, path: readonly string[]): number | undefined {
  const start = /^[ \t]*(export\s+default\b|module\.exports\s*=|exports\.default\s*=)/m.exec(
    source,
  );
  if (!start) return undefined;
  let at = start.index;
  let open = openOf(source, start.index + start[0].length);
  for (const key of path) {
    const found = open === undefined ? undefined : findKey(source, open, key);
    if (!found) break;
    at = found.at;
    open = openOf(source, found.end);
  }
  return lineAt(source, at);
}

/** @returns the line of a text in the source, from 1. */
export function lineOfText(source: string, text: string | RegExp): number | undefined {
  const at = source.search(typeof text === 'string' ? RegExp(escaped(text)) : text);
  return at < 0 ? undefined : lineAt(source, at);
}

/** @param from where a value is written.
 *  @returns the position behind the `{` of the object that is the value, also where it is given to a function
 *  or was given a name before. */
function openOf(source: string, from: number): number | undefined {
  const value = /^[\s:=]*(?:\w+\(\s*)?(?:\{|([\w$]+))/.exec(source.slice(from, from + 200));
  if (!value) return undefined;
  if (value[1] === undefined) return from + value[0].length;
  const named = RegExp(`\\b${escaped(value[1])}(?:\\s*:[^=\\n]+)?\\s*=\\s*(?:\\w+\\(\\s*)?\\{`);
  const place = named.exec(source);
  return place ? place.index + place[0].length : undefined;
}

/** @param open the position behind the object's `{`. */
function findKey(
  source: string,
  open: number,
  key: string,
): { at: number; end: number } | undefined {
  let depth = 0;
  let isKeyNext = true;
  for (let i = open; i < source.length; ) {
    const end = endOfText(source, i);
    const character = source[i]!;
    if (end > i) {
      const text = source.slice(i + 1, end - 1);
      if (depth === 0 && isKeyNext && /['"]/.test(character)) {
        if (text === key) return { at: i, end };
        isKeyNext = false;
      }
      i = end;
      continue;
    }
    if (WORD.test(character)) {
      const word = /^[\w$]+/.exec(source.slice(i, i + 200))![0];
      if (depth === 0 && isKeyNext) {
        if (word === key) return { at: i, end: i + word.length };
        // Of `async tick()` the second word is the key.
        isKeyNext = /^(async|get|set|readonly)$/.test(word);
      }
      i += word.length;
      continue;
    }
    if (/[{[(]/.test(character)) depth++;
    else if (/[}\])]/.test(character) && depth-- === 0) return undefined;
    else if (character === ',' && depth === 0) isKeyNext = true;
    i++;
  }
  return undefined;
}

/** @returns the position behind the comment, string or regular expression that begins at `i`; `i` for other text. */
function endOfText(source: string, i: number): number {
  const character = source[i]!;
  const of = (pattern: RegExp): number => {
    pattern.lastIndex = i;
    const match = pattern.exec(source);
    return match ? i + match[0].length : i;
  };
  if (character === '/') {
    const comment = of(/\/\/.*|\/\*[\s\S]*?\*\//y);
    if (comment > i) return comment;
    const before = source.slice(0, i).trimEnd().at(-1) ?? '\n';
    return BEFORE_PATTERN.test(before) ? of(/\/(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\[])+\/\w*/y) : i;
  }
  if (character === "'") return of(/'(?:\\[\s\S]|[^'\\\n])*'/y);
  if (character === '"') return of(/"(?:\\[\s\S]|[^"\\\n])*"/y);
  if (character === '`') return of(/`(?:\\[\s\S]|[^`\\])*`/y);
  return i;
}

/** @returns a pattern that matches the text itself. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
