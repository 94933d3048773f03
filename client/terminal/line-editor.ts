// The line of chat that is being typed.
import type { Key } from './keymap.ts';
import { glyphsOf } from './text.ts';

/** As long as the lobby takes. */
export const LINE_MAX = 200;

export type Edited =
  | { readonly is: 'typing'; readonly text: string }
  | { readonly is: 'done'; readonly text: string }
  | { readonly is: 'cancelled' };

/** The line after `key` was pressed. */
export function edit(text: string, key: Key): Edited {
  switch (key.name) {
    case 'return':
    case 'enter':
      return { is: 'done', text: text.trim() };
    case 'escape':
      return { is: 'cancelled' };
    case 'backspace':
      return { is: 'typing', text: Array.from(text).slice(0, -1).join('') };
    case PASTE:
      return { is: 'typing', text: insert(text, (key.sequence ?? '').replace(/\s+/g, ' ')) };
    default:
      break;
  }
  if (key.ctrl && key.name === 'd' && text === '') return { is: 'cancelled' };
  if (key.ctrl) return { is: 'typing', text: afterControl(text, key.name) };
  if (key.meta) return { is: 'typing', text };
  // More than one character at once is the code of a key, such as an arrow.
  const isCharacter = Array.from(key.sequence ?? '').length === 1;
  return { is: 'typing', text: isCharacter ? insert(text, key.sequence!) : text };
}

/** The name of the key that stands for text pasted at once. */
export const PASTE = 'paste';

/** As much of `added` as the line takes. An accent joins the letter before it where there is such a
 *  character; what else takes no column is left out. */
function insert(text: string, added: string): string {
  let line = '';
  for (const { char } of glyphsOf((text + added).normalize('NFC'))) {
    if (line.length + char.length > LINE_MAX) break;
    line += char;
  }
  return line;
}

function afterControl(text: string, name: string | undefined): string {
  if (name === 'u') return '';
  return name === 'w' ? text.replace(/\S+\s*$/, '') : text;
}
