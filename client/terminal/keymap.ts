// What each key means; the table is also the text of the help.
import { type Direction, EAST, NORTH, SOUTH, WEST } from './directions.ts';

/** A key as `node:readline` names it. `sequence` is what the terminal sent. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

export type Action =
  | { readonly do: 'walk' | 'shoot'; readonly direction: Direction }
  | { readonly do: 'shootAhead' | 'chat' | 'scores' | 'help' | 'back' | 'repaint' | 'quit' };

interface KeyRow {
  /** As the help shows them. */
  readonly keys: string;
  readonly text: string;
  /** By `keyId`. */
  readonly actions: Readonly<Record<string, Action>>;
}

const walk = (direction: Direction): Action => ({ do: 'walk', direction });
const shoot = (direction: Direction): Action => ({ do: 'shoot', direction });

export const keyTable: readonly KeyRow[] = [
  {
    keys: 'arrows, W A S D',
    text: 'walk; hold to keep walking',
    actions: {
      up: walk(NORTH),
      right: walk(EAST),
      down: walk(SOUTH),
      left: walk(WEST),
      w: walk(NORTH),
      d: walk(EAST),
      s: walk(SOUTH),
      a: walk(WEST),
    },
  },
  {
    keys: 'Space, F',
    text: 'shoot where you look',
    actions: { space: { do: 'shootAhead' }, f: { do: 'shootAhead' } },
  },
  {
    keys: 'H J K L',
    text: 'shoot west, south, north, east',
    actions: { k: shoot(NORTH), l: shoot(EAST), j: shoot(SOUTH), h: shoot(WEST) },
  },
  {
    keys: 'Shift + direction',
    text: 'the same',
    actions: {
      'shift+up': shoot(NORTH),
      'shift+right': shoot(EAST),
      'shift+down': shoot(SOUTH),
      'shift+left': shoot(WEST),
      'shift+w': shoot(NORTH),
      'shift+d': shoot(EAST),
      'shift+s': shoot(SOUTH),
      'shift+a': shoot(WEST),
    },
  },
  {
    keys: 'Enter, T',
    text: 'chat: Enter sends, Esc cancels',
    actions: { return: { do: 'chat' }, enter: { do: 'chat' }, t: { do: 'chat' } },
  },
  { keys: 'Tab', text: 'scores', actions: { tab: { do: 'scores' } } },
  {
    keys: '? or F1',
    text: 'this help',
    actions: { '?': { do: 'help' }, f1: { do: 'help' } },
  },
  { keys: 'Esc', text: 'back to the game', actions: { escape: { do: 'back' } } },
  { keys: 'Ctrl-L', text: 'draw everything anew', actions: { 'ctrl+l': { do: 'repaint' } } },
  {
    keys: 'Q or Ctrl-C',
    text: 'quit',
    actions: { q: { do: 'quit' }, 'ctrl+c': { do: 'quit' } },
  },
];

const actions = new Map(keyTable.flatMap((row) => Object.entries(row.actions)));

/** @returns undefined for a key that means nothing. */
export function actionOf(key: Key): Action | undefined {
  return actions.get(keyId(key));
}

/** The name of a key with its modifiers: `a`, `shift+a`, `ctrl+c`, `shift+up`; a character that has
 *  no name is its own. */
export function keyId({ name, sequence, ctrl, meta, shift }: Key): string {
  // A lone Esc looks like the beginning of a key with Alt.
  if (name === 'escape') return name;
  const modifiers = `${ctrl ? 'ctrl+' : ''}${meta ? 'meta+' : ''}${shift ? 'shift+' : ''}`;
  return name === undefined ? (sequence ?? '') : modifiers + name;
}
