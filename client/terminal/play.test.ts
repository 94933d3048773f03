// The player's keys, as the client takes them: which of them answer the question about a trade.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, LinkState, type Trade } from '../index.ts';
import type { Key } from './keymap.ts';
import { Play } from './play.ts';
import type { Screen } from './screen.ts';

const offer: Trade = {
  trade: 7,
  state: 'open',
  with: 'bob',
  player: 3,
  version: 2,
  own: false,
  confirmed: false,
  otherConfirmed: true,
  endsMs: 30_000,
  give: { gold: 100 },
  want: { trophy: 1 },
};

let play: Play | undefined;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  play?.close();
  vi.useRealTimers();
});

/** A player of Goldrush who has been offered a trade. */
async function offered(trade = offer, screen = { width: 80, height: 24 }) {
  const calls: [name: string, args: unknown][] = [];
  const lobby = Object.assign(new EventEmitter(), {
    unacknowledged: 0,
    call: async (name: string, args: unknown) => {
      if (['confirm', 'cancel', 'chat'].includes(name)) calls.push([name, args]);
      return name === 'confirm' ? { ...trade, confirmed: true } : [];
    },
  });
  const room = Object.assign(new EventEmitter(), {
    ...{ number: 1, game: 'goldrush', kinds: [], about: {}, entities: new Map() },
    ...{ of: () => [], unacknowledged: 0 },
  });
  const client = Object.assign(new EventEmitter(), {
    ...{ state: LinkState.Ready, lobby, rttMs: 1, welcome: { name: 'ada', worker: 1 } },
    ...{ open: async () => {}, join: async () => room },
  });
  const canvases: { row(y: number): string }[] = [];
  play = new Play({
    client: client as unknown as Client,
    screen: { ...screen, show: (canvas) => canvases.push(canvas) } as Partial<Screen> as Screen,
    options: { host: 'h', port: 1, name: 'ada', game: 'goldrush' } as never,
    clockMs: () => Date.now(),
    keepAccount: () => undefined,
    quit: () => {},
    suspend: () => {},
    ended: (error) => {
      throw error;
    },
  });
  play.open();
  await vi.advanceTimersByTimeAsync(50);
  lobby.emit('event', 'trade', trade);
  const press = async (...keys: (string | Key)[]) => {
    for (const key of keys) {
      play!.pressed(typeof key === 'string' ? { name: key, sequence: key } : key);
      await vi.advanceTimersByTimeAsync(50);
    }
  };
  const ask = () => press('return', ...'/confirm', 'return');
  const shown = () => {
    const canvas = canvases.at(-1)!;
    return Array.from({ length: screen.height }, (_, y) => canvas.row(y)).join('\n');
  };
  return { calls, press, ask, shown, lobby };
}

describe('The question about a trade', () => {
  it('is asked by /confirm, and Y agrees to the version that is shown', async () => {
    const { calls, press, ask, shown } = await offered();
    await press('y');
    expect(calls).toEqual([]);
    await ask();
    expect(shown()).toContain('Agree to offer 2 of the trade with bob (#3)?');
    expect(calls).toEqual([]);
    await press('y');
    expect(calls).toEqual([['confirm', { trade: 7, version: 2 }]]);
    await press('y');
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['N', { name: 'n', sequence: 'n' }],
    ['Esc', { name: 'escape', sequence: '\x1b' }],
  ])('is put away by %s, and Y means nothing then', async (_, key) => {
    const { calls, press, ask, shown } = await offered();
    await ask();
    await press(key);
    expect(shown()).not.toContain('Agree to offer');
    await press('y');
    expect(calls).toEqual([]);
  });

  it.each([
    ['Ctrl', { ctrl: true }],
    ['Alt', { meta: true }],
  ])('takes no Y with %s for a yes', async (_, modifier) => {
    const { calls, press, ask } = await offered();
    await ask();
    await press({ name: 'y', sequence: 'y', ...modifier });
    expect(calls).toEqual([]);
  });

  it('takes a Y that is typed into the line of chat for a letter', async () => {
    const { calls, press, ask } = await offered();
    await ask();
    await press('return', 'y', 'return');
    expect(calls).toEqual([['chat', { room: 1, text: 'y' }]]);
  });

  it('is gone where the other changes the offer, so that Y does not agree to that', async () => {
    const { calls, press, ask, lobby } = await offered();
    await ask();
    lobby.emit('event', 'trade', { ...offer, version: 3, give: { gold: 900 } });
    await press('y');
    expect(calls).toEqual([]);
  });

  it('is not answered by Y where the offer does not fit into the window', async () => {
    const items = Array.from({ length: 40 }, (_, i) => [`a-rather-long-item-${i}`, i + 1]);
    const large = { ...offer, give: Object.fromEntries(items) };
    const { calls, press, ask, shown } = await offered(large, { width: 60, height: 16 });
    await ask();
    await press('y');
    expect(calls).toEqual([]);
    expect(shown()).toContain('Make the window larger: the offer does not fit into it.');
  });
});
