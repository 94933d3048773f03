// What each key means in each game; the tables are also the text of the help.
import { type Direction, EAST, NORTH, SOUTH, WEST } from './directions.ts';
import { COLUMNS, CONNECT_FOUR } from './four.ts';
import { GOLDRUSH } from './world.ts';

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
  | { readonly do: 'command'; readonly command: string }
  | { readonly do: 'zoom'; readonly by: 1 | -1 }
  | {
      readonly do:
        | 'shootAhead'
        | 'typeCommand'
        | 'chat'
        | 'scores'
        | 'help'
        | 'back'
        | 'repaint'
        | 'quit'
        | 'suspend';
    }
  | FourAction;

/** What is done in Connect four. Without a column: that of the cursor, or another game. */
export type FourAction =
  | { readonly do: 'move'; readonly by: -1 | 1 }
  | { readonly do: 'drop'; readonly column?: number }
  | { readonly do: 'claim' }
  | { readonly do: 'nextOpponent' };

export interface KeyRow {
  /** As the help shows them. */
  readonly keys: string;
  readonly text: string;
  /** By `keyId`. */
  readonly actions: Readonly<Record<string, Action>>;
}

const walk = (direction: Direction): Action => ({ do: 'walk', direction });
const shoot = (direction: Direction): Action => ({ do: 'shoot', direction });

/** Trades are lines of chat. */
function tradeKeys(chatKey: string): KeyRow {
  return {
    keys: `${chatKey}, then /trade`,
    text: 'bob 5 gold for 1 trophy: offers it',
    actions: {},
  };
}

/** For every game. */
const commonKeys: readonly KeyRow[] = [
  {
    keys: '? or F1, Esc',
    text: 'this help, back to the game',
    actions: { '?': { do: 'help' }, f1: { do: 'help' }, escape: { do: 'back' } },
  },
  { keys: 'Ctrl-L', text: 'draw the screen again', actions: { 'ctrl+l': { do: 'repaint' } } },
  {
    keys: 'Q or Ctrl-C',
    text: 'quit; Ctrl-Z pauses, and fg goes on',
    actions: {
      q: { do: 'quit' },
      'ctrl+c': { do: 'quit' },
      'ctrl+d': { do: 'quit' },
      'ctrl+z': { do: 'suspend' },
    },
  },
];

/** Where Enter means nothing else. */
export const chatRow: KeyRow = {
  keys: 'Enter, T',
  text: 'chat: Enter sends, Esc cancels',
  actions: { return: { do: 'chat' }, enter: { do: 'chat' }, t: { do: 'chat' } },
};

const walkKeys: readonly KeyRow[] = [
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
    keys: 'Shift + direction',
    text: 'turn and shoot; H J K L do as well',
    actions: {
      k: shoot(NORTH),
      l: shoot(EAST),
      j: shoot(SOUTH),
      h: shoot(WEST),
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
  chatRow,
  tradeKeys('Enter'),
  { keys: 'Tab', text: 'scores, and what you own', actions: { tab: { do: 'scores' } } },
];

const drop: Action = { do: 'drop' };
const left: Action = { do: 'move', by: -1 };
const right: Action = { do: 'move', by: 1 };

const fourKeys: readonly KeyRow[] = [
  {
    keys: '← →, A D',
    text: 'choose a column',
    actions: { left, right, a: left, d: right },
  },
  {
    keys: 'Space or Enter',
    text: 'drop a disc; afterwards, play again',
    actions: { space: drop, return: drop, enter: drop, down: drop },
  },
  {
    keys: '1 to 7',
    text: 'drop a disc into this column',
    actions: Object.fromEntries(
      Array.from({ length: COLUMNS }, (_, column) => [column + 1, { do: 'drop', column }]),
    ),
  },
  {
    keys: 'C',
    text: 'win, when the other takes too long',
    actions: { c: { do: 'claim' } },
  },
  {
    keys: 'N',
    text: 'afterwards, find another opponent',
    actions: { n: { do: 'nextOpponent' } },
  },
  { keys: 'T', text: 'chat: Enter sends, Esc cancels', actions: { t: { do: 'chat' } } },
  tradeKeys('T'),
  { keys: 'T, then /account', text: 'what you own', actions: {} },
];

export interface Keymap {
  readonly rows: readonly KeyRow[];
  /** The keys that are shown all the time, as many as there is room for. */
  readonly hints: readonly string[];
  /** The key that opens the line of chat. */
  readonly chatKey: string;
  readonly actions: ReadonlyMap<string, Action>;
}

export function keymap(own: readonly KeyRow[], hints: readonly string[], chatKey: string): Keymap {
  const rows = [...own, ...commonKeys];
  return {
    rows,
    hints,
    chatKey,
    actions: new Map(rows.flatMap((row) => Object.entries(row.actions))),
  };
}

const walkHints = ['? help', 'Enter chat', 'Tab scores', 'Space shoot', 'Q quit'];
const walking = keymap(walkKeys, walkHints, 'Enter');
const dropping = keymap(fourKeys, ['? help', 'T chat', '← → Space drop', 'Q quit'], 'T');

/** @returns undefined for a game whose keys have to be read off its commands. */
export function keymapOf(game: string): Keymap | undefined {
  if (game === CONNECT_FOUR) return dropping;
  return game === GOLDRUSH ? walking : undefined;
}

/** @returns undefined for a key that means nothing in the game. */
export function actionOf(key: Key, { actions }: Keymap): Action | undefined {
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
