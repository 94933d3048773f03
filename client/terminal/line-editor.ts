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
    default:
      break;
  }
  if (key.ctrl) return { is: 'typing', text: afterControl(text, key.name) };
  if (key.meta) return { is: 'typing', text };
  const typed = glyphsOf(key.sequence ?? '');
  // More than one character at once is the code of a key, such as an arrow.
  const added = typed.length === 1 ? typed[0]!.char : '';
  return { is: 'typing', text: text.length + added.length <= LINE_MAX ? text + added : text };
}

function afterControl(text: string, name: string | undefined): string {
  if (name === 'u') return '';
  return name === 'w' ? text.replace(/\S+\s*$/, '') : text;
}
