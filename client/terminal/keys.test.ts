import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { EAST, NORTH, SOUTH, WEST } from './directions.ts';
import { Keyboard } from './keyboard.ts';
import { actionOf, type Key, keymapOf } from './keymap.ts';
import { edit, LINE_MAX, PASTE } from './line-editor.ts';

/** The keys that a terminal's bytes are taken for. */
async function keysOf(bytes: string): Promise<Key[]> {
  const keys: Key[] = [];
  const stdin = new PassThrough();
  const modes: boolean[] = [];
  const terminal = Object.assign(stdin, { setRawMode: (mode: boolean) => modes.push(mode) });
  const keyboard = new Keyboard(terminal as unknown as ReadStream, (key) => keys.push(key));
  keyboard.open();
  const pressed = once(stdin, 'keypress');
  stdin.write(bytes);
  await pressed;
  keyboard.close();
  expect(modes).toEqual([true, false]);
  return keys;
}

describe('Keys', () => {
  it.each([
    ['\x1b[A', { do: 'walk', direction: NORTH }],
    ['\x1bOC', { do: 'walk', direction: EAST }],
    ['s', { do: 'walk', direction: SOUTH }],
    ['\x1b[1;2D', { do: 'shoot', direction: WEST }],
    ['W', { do: 'shoot', direction: NORTH }],
    ['l', { do: 'shoot', direction: EAST }],
    [' ', { do: 'shootAhead' }],
    ['\r', { do: 'chat' }],
    ['\t', { do: 'scores' }],
    ['?', { do: 'help' }],
    ['\x1bOP', { do: 'help' }],
    ['\x1b', { do: 'back' }],
    ['\x03', { do: 'quit' }],
    ['q', { do: 'quit' }],
    ['\x04', { do: 'quit' }],
    ['\x1a', { do: 'suspend' }],
    ['\x0c', { do: 'repaint' }],
    ['x', undefined],
  ])('%j means %j', async (bytes, action) => {
    const [key] = await keysOf(bytes);
    expect(actionOf(key!, keymapOf('goldrush')!)).toEqual(action);
  });
});

describe('Keys in Connect four', () => {
  it.each([
    ['\x1b[D', { do: 'move', by: -1 }],
    ['d', { do: 'move', by: 1 }],
    [' ', { do: 'drop' }],
    ['\r', { do: 'drop' }],
    ['1', { do: 'drop', column: 0 }],
    ['7', { do: 'drop', column: 6 }],
    ['8', undefined],
    ['c', { do: 'claim' }],
    ['n', { do: 'nextOpponent' }],
    ['t', { do: 'chat' }],
    ['?', { do: 'help' }],
    ['q', { do: 'quit' }],
    ['\t', undefined],
  ])('%j means %j', async (bytes, action) => {
    const [key] = await keysOf(bytes);
    expect(actionOf(key!, keymapOf('connect-four')!)).toEqual(action);
  });
});

describe('The line of chat', () => {
  const typed = (keys: Key[]) =>
    keys.reduce((text, key) => {
      const edited = edit(text, key);
      return edited.is === 'typing' ? edited.text : `${edited.is}: ${text}`;
    }, '');

  it('takes characters of any script, and corrections', async () => {
    expect(typed(await keysOf('Hé 漢字!\x7f'))).toBe('Hé 漢字');
    expect(typed(await keysOf('one two\x17'))).toBe('one ');
    expect(typed(await keysOf('one\x15'))).toBe('');
  });

  it('joins an accent with the letter before it, and takes back a wide character whole', async () => {
    expect(typed(await keysOf('e\u0301a\u0489'))).toBe('\u00e9a');
    expect(typed(await keysOf('a漢\x7f'))).toBe('a');
    expect(typed(await keysOf('😀x\x7f\x7f'))).toBe('');
  });

  it('takes a paste of many lines as one line, and presses no key for it', async () => {
    const keys = await keysOf('ab\x1b[200~one\r\n/q\ttwo\x1b[201~c');
    expect(keys.map(({ name }) => name)).toEqual(['a', 'b', PASTE, 'c']);
    expect(typed(keys)).toBe('abone /q twoc');
    expect(actionOf(keys[2]!, keymapOf('goldrush')!)).toBeUndefined();
    expect(typed(await keysOf(`\x1b[200~${'x'.repeat(5000)}\x1b[201~`))).toHaveLength(LINE_MAX);
  });

  it('lets Ctrl-C through where the end of a paste was lost', async () => {
    expect(await keysOf('\x1b[200~q\x03')).toMatchObject([{ name: 'c', ctrl: true }]);
  });

  it('is cancelled by Ctrl-D where it is empty', () => {
    expect(edit('', { name: 'd', ctrl: true }).is).toBe('cancelled');
    expect(edit('a', { name: 'd', ctrl: true })).toEqual({ is: 'typing', text: 'a' });
  });

  it('takes no key that is not a character', async () => {
    expect(typed(await keysOf('a\x1b[A\t\x1bOPb'))).toBe('ab');
  });

  it('ends with Enter or Esc', async () => {
    expect(edit(' hi ', { name: 'return' })).toEqual({ is: 'done', text: 'hi' });
    const [pressed] = await keysOf('\x1b');
    expect(edit('hi', pressed!)).toEqual({ is: 'cancelled' });
  });

  it('is no longer than the lobby takes', () => {
    const full = 'x'.repeat(LINE_MAX);
    expect(edit(full, { name: 'y', sequence: 'y' })).toEqual({ is: 'typing', text: full });
  });
});
