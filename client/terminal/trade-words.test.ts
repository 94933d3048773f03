// Trades in the terminal: what a line means, and what is told.
import { describe, expect, it } from 'vitest';
import type { Client, Trade } from '../index.ts';
import { TRADE_HELP, tradeCommandOf, tradeText } from './trade-words.ts';
import { Trading } from './trading.ts';

const trophy = { trophy: 1 };
const gold = { gold: 100 };

describe('A line that begins with /', () => {
  it.each([
    ['/trade bob 100 gold for 1 trophy', { do: 'trade', with: 'bob', give: gold, want: trophy }],
    ['/trade bob 100 gold', { do: 'trade', with: 'bob', give: gold, want: {} }],
    ['/trade bob for 1 trophy', { do: 'trade', with: 'bob', give: {}, want: trophy }],
    ['/trade Ann of Kent 100 gold', { do: 'trade', with: 'Ann of Kent', give: gold, want: {} }],
    ['/trade #12 1 trophy', { do: 'trade', with: 12, give: trophy, want: {} }],
    [
      '/counter 100 gold and 2 pearl, 3 rope for 1 trophy',
      { do: 'counter', with: '', give: { gold: 100, pearl: 2, rope: 3 }, want: trophy },
    ],
    [
      '/counter Ann of Kent for 1 trophy',
      { do: 'counter', with: 'Ann of Kent', give: {}, want: trophy },
    ],
    [' /confirm ', { do: 'confirm', with: '' }],
    ['/cancel Ann of Kent', { do: 'cancel', with: 'Ann of Kent' }],
    ['/trades', { do: 'trades' }],
  ])('%s is understood', (line, command) => {
    expect(tradeCommandOf(line)).toEqual(command);
  });

  it.each(['/', '/dance', '/trade', '/trade bob', '/trade bob gold', '/trade 5 gold', '/counter'])(
    '%s is not, and gets the help',
    async (line) => {
      const { trading, told } = player();
      await trading.run(line);
      expect(told).toEqual([TRADE_HELP]);
    },
  );
});

const view: Trade = {
  trade: 7,
  state: 'open',
  with: 'bob',
  player: 3,
  version: 2,
  own: false,
  confirmed: false,
  otherConfirmed: true,
  give: gold,
  want: trophy,
};

/** A player whose lobby answers with `answer`. */
function player(answer: Trade = view) {
  const told: string[] = [];
  const calls: unknown[] = [];
  const call = async (name: string, args: unknown) => {
    calls.push([name, args]);
    return answer;
  };
  const trading = new Trading({
    client: { lobby: { call } } as unknown as Client,
    tell: (text) => told.push(text),
    said: (from, id, text) => told.push(`${from} (${id}) ${text}`),
  });
  return { trading, told, calls };
}

describe('A trade', () => {
  it('is told in a sentence that says what can be done', () => {
    expect(tradeText(view)).toBe('offers you 1 trophy for 100 gold: /confirm, /counter or /cancel');
    expect(tradeText({ ...view, state: 'done' })).toBe('traded with bob: 100 gold for 1 trophy');
    expect(tradeText({ ...view, state: 'ended', text: 'One has gone.' })).toBe(
      'trade 7 with bob: One has gone.',
    );
    expect(tradeText({ ...view, want: {} })).toContain('offers you nothing for 100 gold');
  });

  it('that is told again is not shown again', () => {
    const { trading, told } = player();
    for (let i = 0; i < 2; i++) trading.heard(view);
    expect(told).toEqual([`bob (3) ${tradeText(view)}`]);
    for (let i = 0; i < 2; i++) trading.heard({ ...view, state: 'done' });
    expect(told).toHaveLength(2);
  });

  it('is confirmed in the version that was shown when the player began to type', async () => {
    const { trading, calls, told } = player();
    await trading.run('/confirm');
    expect(told[0]).toContain('there is no such trade');
    trading.heard(view);
    trading.look();
    trading.heard({ ...view, version: 3, give: { gold: 900 } });
    await trading.run('/confirm');
    expect(calls).toEqual([['confirm', { trade: 7, version: 2 }]]);
    trading.heard({ ...view, state: 'done' });
    trading.look();
    await trading.run('/cancel');
    expect(calls).toHaveLength(1);
  });

  it('is named by the other’s name where there are several', async () => {
    const { trading, calls, told } = player();
    trading.heard(view);
    trading.heard({ ...view, trade: 8, with: 'ann', version: 1 });
    trading.look();
    await trading.run('/confirm');
    expect(told.at(-1)).toBe('several trade with you: say /confirm <name>');
    await trading.run('/confirm ann');
    expect(calls).toEqual([['confirm', { trade: 8, version: 1 }]]);
  });

  it('that one offers oneself is confirmed by that', async () => {
    const { trading, calls, told } = player({ ...view, own: true, otherConfirmed: false });
    await trading.run('/trade bob 100 gold for 1 trophy');
    expect(calls).toEqual([
      ['trade', { with: 'bob', give: gold, want: trophy }],
      ['confirm', { trade: 7, version: 2 }],
    ]);
    expect(told).toEqual(['bob has to confirm; /cancel ends it']);
  });
});
