// Trades in the terminal: what a line means, and what is told.
import { describe, expect, it } from 'vitest';
import type { Client, Trade } from '../index.ts';
import {
  outcomeText,
  ownedOfTradeText,
  swapText,
  TRADE_HELP,
  tradeCommandOf,
} from './trade-words.ts';
import { Trading } from './trading.ts';

const trophy = { trophy: 1 };
const gold = { gold: 100 };

describe('A line that begins with /', () => {
  it.each([
    ['/trade bob 100 gold for 1 trophy', { do: 'trade', with: 'bob', give: gold, want: trophy }],
    ['/trade bob 100 gold', { do: 'trade', with: 'bob', give: gold, want: {} }],
    ['/trade bob for 1 trophy', { do: 'trade', with: 'bob', give: {}, want: trophy }],
    ['/trade Ann of Kent 100 gold', { do: 'trade', with: 'Ann of Kent', give: gold, want: {} }],
    ['/trade bot 1 100 gold', { do: 'trade', with: 'bot 1', give: gold, want: {} }],
    ['/trade for 9 100 gold', { do: 'trade', with: 'for 9', give: gold, want: {} }],
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
    ['/account', { do: 'account' }],
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
  endsMs: 30_000,
  give: gold,
  want: trophy,
};

/** A player whose lobby answers with `answer`. */
function player(answer: unknown = view) {
  const told: string[] = [];
  const calls: unknown[] = [];
  const lobby = { answer, owned: { gold: 5 } as unknown };
  const call = async (name: string, args: unknown) => {
    if (name === 'account') return { items: lobby.owned };
    calls.push([name, args]);
    if (lobby.answer instanceof Error) throw lobby.answer;
    return lobby.answer;
  };
  const trading = new Trading({
    client: { lobby: { call } } as unknown as Client,
    clockMs: () => 1000,
    tell: (text) => told.push(text),
  });
  return { trading, told, calls, lobby };
}

describe('What a player owns', () => {
  it.each([
    [{ gold: 5, trophy: 1 }, 'Your account holds 5 gold and 1 trophy.'],
    [{ gold: 'much' }, 'Your account holds nothing.'],
    [undefined, 'Your account holds nothing.'],
  ])('is told by /account: %j', async (owned, text) => {
    const { trading, told, lobby } = player();
    lobby.owned = owned;
    await trading.run('/account');
    expect(told).toEqual([text]);
  });

  it('is asked for with each offer, and again when the trade is over', async () => {
    const { trading, lobby } = player();
    trading.heard(view);
    await expect.poll(() => trading.owned).toEqual({ gold: 5 });
    lobby.owned = { gold: 1 };
    trading.heard({ ...view, state: 'done' });
    await expect.poll(() => trading.owned).toEqual({ gold: 1 });
  });

  it('is told beside an offer for each item of that, and for no other', () => {
    expect(ownedOfTradeText(view, { gold: 5, pearl: 9 })).toBe('You own 5 gold and 0 trophy.');
  });
});

describe('A trade', () => {
  it('is told by what each gives, and by its outcome', () => {
    expect(swapText(view)).toBe('You give 100 gold. You get 1 trophy.');
    expect(swapText({ ...view, want: {} })).toBe('You give 100 gold. You get nothing.');
    expect(outcomeText(view)).toBeUndefined();
    expect(outcomeText({ ...view, state: 'done' })).toBe(
      'Swapped with bob: you gave 100 gold and got 1 trophy.',
    );
    expect(outcomeText({ ...view, state: 'ended', text: 'Nothing was swapped.' })).toBe(
      'The trade with bob is over. Nothing was swapped.',
    );
  });

  it('is open until it is over, and an older message does not open it again', () => {
    const { trading, told } = player();
    trading.heard(view);
    expect(trading.open).toEqual([{ view, endsAtMs: 31_000 }]);
    trading.heard({ ...view, version: 1 });
    expect(trading.open[0]?.view.version).toBe(2);
    for (let i = 0; i < 2; i++) trading.heard({ ...view, state: 'done' });
    trading.heard(view);
    expect(trading.open).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('is confirmed only by a yes to the question that shows it', async () => {
    const { trading, calls, told } = player();
    await trading.run('/confirm');
    expect(told[0]).toContain('No trade is open');
    trading.heard(view);
    await trading.run('/confirm');
    expect(trading.question).toEqual({ trade: 7, version: 2 });
    await trading.answer(false);
    await trading.answer(true);
    expect(calls).toEqual([]);
    await trading.run('/confirm');
    await trading.answer(true);
    expect(calls).toEqual([['confirm', { trade: 7, version: 2 }]]);
  });

  it('is not confirmed where the other has changed the offer after the question', async () => {
    const { trading, calls, told } = player();
    trading.heard(view);
    await trading.run('/confirm');
    trading.heard({ ...view, version: 3, give: { gold: 900 } });
    await trading.answer(true);
    expect(calls).toEqual([]);
    expect(told).toEqual(['bob (#3) has changed the offer: look at it, then /confirm again.']);
    await trading.run('/confirm');
    expect(trading.question).toEqual({ trade: 7, version: 3 });
  });

  it('that is over while it is asked about takes the question with it', async () => {
    const { trading, calls } = player();
    trading.heard(view);
    await trading.run('/confirm');
    trading.heard({ ...view, state: 'ended', text: 'One has cancelled.' });
    expect(trading.question).toBeUndefined();
    await trading.answer(true);
    expect(calls).toEqual([]);
  });

  it('is named by the other’s name or number where there are several', async () => {
    const { trading, told } = player();
    trading.heard(view);
    trading.heard({ ...view, trade: 8, with: 'ann', player: 4 });
    trading.heard({ ...view, trade: 9, with: 'ann', player: 5 });
    for (const line of ['/confirm', '/confirm ann', '/confirm eve']) await trading.run(line);
    expect(told).toEqual([
      'Several trades are open: with bob (#3), ann (#4), ann (#5). Say which, such as /confirm #3',
      'Several trades are open: with ann (#4), ann (#5). Say which, such as /confirm #4',
      'No trade is open with that player: only with bob (#3), ann (#4), ann (#5)',
    ]);
    expect(trading.question).toBeUndefined();
    await trading.run('/confirm #5');
    expect(trading.question?.trade).toBe(9);
    await trading.run('/confirm bob');
    expect(trading.question?.trade).toBe(7);
  });

  it('that one offers oneself is confirmed by that', async () => {
    const { trading, calls } = player({ ...view, own: true, otherConfirmed: false });
    await trading.run('/trade bob 100 gold for 1 trophy');
    expect(calls).toEqual([
      ['trade', { with: 'bob', give: gold, want: trophy }],
      ['confirm', { trade: 7, version: 2 }],
    ]);
  });

  it('that ended unseen is gone after the connection is back', async () => {
    const { trading, told, lobby } = player();
    trading.heard(view);
    trading.heard({ ...view, trade: 8 });
    trading.heard({ ...view, trade: 9 });
    lobby.answer = { open: [{ ...view, trade: 8 }], over: [{ ...view, state: 'done' }] };
    await trading.refresh();
    expect(trading.open.map((open) => open.view.trade)).toEqual([8]);
    expect(told).toEqual(['Swapped with bob: you gave 100 gold and got 1 trophy.']);
  });

  it('that the lobby refuses to confirm is told with the reason', async () => {
    const { trading, told } = player(new Error('The offer has changed.'));
    trading.heard(view);
    await trading.run('/confirm');
    await trading.answer(true);
    expect(told).toEqual(['The offer has changed.']);
  });
});
