// Trades in the lobby: what players ask, what both are told, and what a new process makes of it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_BOT } from '../../protocol/index.ts';
import { StoreError } from '../store/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import { metrics } from './test-room.ts';
import { TestWorld } from './test-world.ts';
import { TradeDesk } from './trade-desk.ts';
import { OFFER_MS } from './trades.ts';

let world: TestWorld;
let links: Map<Session, FakeLink>;
let ann: Session;
let bob: Session;
beforeEach(() => {
  stopTime();
  links = new Map();
  world = new TestWorld();
  ann = player('ann');
  bob = player('bob');
  world.tradeAccounts.give(ann.account, 'gold', 100);
  world.tradeAccounts.give(bob.account, 'trophy', 2);
});
afterEach(() => {
  world.end();
  startTime();
});

function player(name: string): Session {
  const link = new FakeLink(links.size + 1);
  const session = world.session(link, name);
  links.set(session, link);
  return session;
}

/** The value of a command, or the code and text of its refusal. */
function ask(session: Session, name: string, args: unknown = {}): unknown {
  const link = links.get(session)!;
  pass(1000);
  const seq = session.lobby.applied + 1;
  world.lobby(session, seq, name, args);
  const answers = [...link.of('result'), ...link.of('rejected')];
  const answer = answers.find((one) => one.seq === seq)!;
  return answer.type === 'result' ? answer.value : [answer.code, answer.text];
}

/** What a player was told since this was last asked. */
function told(session: Session): unknown[] {
  const link = links.get(session)!;
  const events = link.of('event').filter(({ name }) => name === 'trade');
  for (const { connections } of events) expect(connections).toEqual([session.connection]);
  link.take();
  return events.map(({ data }) => data);
}

const held = (session: Session): number[] =>
  ['gold', 'trophy'].map((item) => world.tradeAccounts.trades.balance(session.account, item));

async function synced(): Promise<void> {
  world.tradeAccounts.synced();
  await settlePromises();
}

const swap = { give: { gold: 60 }, want: { trophy: 1 } };
const refusal = (code: string, text = '') => [code, expect.stringContaining(text)];

describe('An offer', () => {
  it('is told to both, to each as he sees it', () => {
    const offered = ask(ann, 'trade', { with: 'bob', ...swap });
    const own = {
      trade: 1,
      state: 'open',
      with: 'bob',
      player: bob.id,
      version: 1,
      own: true,
      confirmed: false,
      otherConfirmed: false,
      endsMs: OFFER_MS,
      ...swap,
    };
    expect(offered).toEqual(own);
    expect(told(ann)).toEqual([own]);
    const theirs = { with: 'ann', player: ann.id, own: false, give: swap.want, want: swap.give };
    expect(told(bob)).toEqual([{ ...own, ...theirs }]);
  });

  it('is not offered to a bot, by its name in a room of one’s own or by its number', () => {
    const room = { hasBotNamed: (name: string): boolean => name === 'bot 1' };
    ann.rooms.set(9, room as unknown as Room);
    const refusal = ['BOT_PLAYER', expect.stringContaining('do not trade')];
    expect(ask(ann, 'trade', { with: 'bot 1', ...swap })).toEqual(refusal);
    expect(ask(ann, 'trade', { with: FIRST_BOT + 1, ...swap })).toEqual(refusal);
    expect(ask(ann, 'trade', { with: 'bot 2', ...swap })).toContain('UNKNOWN_PLAYER');
    ann.rooms.clear();
    expect(ask(ann, 'trade', { with: 'bot 1', ...swap })).toContain('UNKNOWN_PLAYER');
  });

  it.each([
    ['nobody', { with: 'eve', ...swap }, 'UNKNOWN_PLAYER', 'eve'],
    ['no such number', { with: 99, ...swap }, 'UNKNOWN_PLAYER', '99'],
    ['oneself', { with: 'ann', ...swap }, 'TRADE_SELF', ''],
    ['for nothing', { with: 'bob', give: { gold: 0 } }, 'TRADE_EMPTY', ''],
    ['of what one has not got', { with: 'bob', give: { gold: 101 } }, 'NOT_ENOUGH', '100 gold'],
    ['of a part', { with: 'bob', give: { gold: 0.5 } }, 'BAD_ARGUMENTS', 'give'],
    ['of less than nothing', { with: 'bob', give: { gold: -1 } }, 'BAD_ARGUMENTS', 'give'],
    ['of no name', { with: 'bob', give: { 'a b': 1 } }, 'BAD_ARGUMENTS', 'give'],
    ['to no one', swap, 'BAD_ARGUMENTS', 'with'],
  ])('to or of %s is refused with what to do', (_, args, code, text) => {
    expect(ask(ann, 'trade', args)).toEqual(refusal(code, text));
    expect(told(bob)).toEqual([]);
  });

  it('to a name that several have asks for a number, by which it then goes', () => {
    const other = player('bob');
    const numbers = `${bob.id}, ${other.id}`;
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toEqual(refusal('AMBIGUOUS_NAME', numbers));
    expect(ask(ann, 'trade', { with: other.id, ...swap })).toMatchObject({ player: other.id });
  });

  it('to somebody with whom there is one already names that', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    expect(ask(bob, 'trade', { with: 'ann', want: { gold: 1 } })).toEqual(
      refusal('TRADE_OPEN', 'trade 1'),
    );
  });

  it('counts as a line of chat', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    for (let i = 0; i < 5; i++) {
      world.lobby(ann, ann.lobby.applied + 1, 'counter', { trade: 1, ...swap });
    }
    expect(links.get(ann)!.of('rejected')).toMatchObject([{ code: 'TOO_SOON' }]);
  });

  it('that nobody answers ends after a minute, and both are told', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    told(ann);
    told(bob);
    pass(OFFER_MS);
    world.trades.beat();
    for (const session of [ann, bob]) {
      expect(told(session)).toMatchObject([{ trade: 1, state: 'ended', code: 'TRADE_EXPIRED' }]);
    }
  });
});

it('A trade that is cancelled is answered so where the accounts are locked right after it', () => {
  ask(ann, 'trade', { with: 'bob', ...swap });
  world.tradeAccounts.trades.find = () => {
    throw new StoreError('LOCKED', 'accounts.db');
  };
  expect(ask(ann, 'cancel', { trade: 1 })).toMatchObject({ trade: 1, state: 'ended' });
});

describe('A trade that both confirm', () => {
  it('is made at once, and done for both when the disk has it', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject({
      state: 'open',
      confirmed: true,
      otherConfirmed: false,
    });
    expect(told(ann).at(-1)).toMatchObject({ confirmed: false, otherConfirmed: true });
    told(bob);
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'confirmed' });
    expect([held(ann), held(bob)]).toEqual([
      [40, 1],
      [60, 1],
    ]);
    expect(ask(ann, 'trades')).toMatchObject({ open: [{ state: 'confirmed' }], over: [] });
    expect([...told(ann), ...told(bob)]).toEqual([]);
    await synced();
    const done = { trade: 1, state: 'done', with: 'bob', ...swap };
    expect(told(ann)).toMatchObject([done]);
    expect(told(bob)).toMatchObject([{ trade: 1, state: 'done', with: 'ann' }]);
    expect(ask(ann, 'trades')).toEqual({ open: [], over: [{ ...done, at: expect.any(Number) }] });
    expect(world.trades.size).toBe(0);
  });

  it('is the counter-offer where there was one, and nobody confirms what he has not seen', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    const counter = { trade: 1, give: { trophy: 1 }, want: { gold: 80 } };
    expect(ask(bob, 'counter', counter)).toMatchObject({ version: 2, own: true });
    expect(told(ann).at(-1)).toMatchObject({ version: 2, give: { gold: 80 }, confirmed: false });
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toEqual(
      refusal('TRADE_CHANGED', 'version 2'),
    );
    ask(ann, 'confirm', { trade: 1, version: 2 });
    ask(bob, 'confirm', { trade: 1, version: 2 });
    await synced();
    expect([held(ann), held(bob)]).toEqual([
      [20, 1],
      [80, 1],
    ]);
  });

  it('is refused to who has not got it any more, and ends where the other has not', async () => {
    ask(ann, 'trade', { with: 'bob', give: {}, want: { trophy: 3 } });
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toEqual(
      refusal('NOT_ENOUGH', '2 trophy'),
    );
    ask(ann, 'cancel', { trade: 1 });
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(bob, 'confirm', { trade: 2, version: 1 });
    const eve = player('eve');
    ask(bob, 'trade', { with: 'eve', give: { trophy: 2 } });
    ask(eve, 'confirm', { trade: 3, version: 1 });
    ask(bob, 'confirm', { trade: 3, version: 1 });
    told(bob);
    await synced();
    const ended = { state: 'ended', code: 'NOT_ENOUGH' };
    expect(ask(ann, 'confirm', { trade: 2, version: 1 })).toMatchObject(ended);
    expect(held(ann)).toEqual([100, 0]);
    expect(told(bob)).toMatchObject([{ trade: 3 }, { trade: 2, code: 'NOT_ENOUGH' }]);
  });

  it('waits for another one of the same account until the disk has that', async () => {
    const eve = player('eve');
    ask(ann, 'trade', { with: 'bob', give: { gold: 50 } });
    ask(ann, 'trade', { with: 'eve', give: { gold: 50 } });
    for (const [session, trade] of [
      [ann, 1],
      [bob, 1],
      [ann, 2],
      [eve, 2],
    ] as const) {
      ask(session, 'confirm', { trade, version: 1 });
    }
    expect([held(ann)[0], held(bob)[0], held(eve)[0]]).toEqual([50, 50, 0]);
    await synced();
    expect([held(ann)[0], held(bob)[0], held(eve)[0]]).toEqual([0, 50, 50]);
    await synced();
    expect(told(eve).at(-1)).toMatchObject({ trade: 2, state: 'done' });
  });

  it('is told as what became of it to who confirms or cancels it again', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    for (const session of [ann, bob]) ask(session, 'confirm', { trade: 1, version: 1 });
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'confirmed' });
    expect(ask(ann, 'cancel', { trade: 1 })).toEqual(refusal('TRADE_CONFIRMED'));
    await synced();
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'done' });
    expect(ask(bob, 'cancel', { trade: 1 })).toMatchObject({ state: 'done' });
    expect(held(ann)).toEqual([40, 1]);
    const eve = player('eve');
    expect(ask(eve, 'confirm', { trade: 1, version: 1 })).toEqual(refusal('UNKNOWN_TRADE'));
  });

  it('changes nothing while nothing can be written', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    world.tradeAccounts.fault = 'DISK_FULL';
    const unwritten = { state: 'ended', code: 'TRADES_UNAVAILABLE' };
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject(unwritten);
    expect(told(ann).at(-1)).toMatchObject(unwritten);
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toEqual(refusal('TRADES_UNAVAILABLE'));
    expect(held(ann)).toEqual([100, 0]);
  });
});

describe('While another program has the accounts locked', () => {
  const lock = () => Object.assign(world.tradeAccounts, { fault: 'LOCKED' });
  const unlock = () => Object.assign(world.tradeAccounts, { fault: undefined });
  const answersOf = (session: Session) => {
    const link = links.get(session)!;
    return [...link.of('result'), ...link.of('rejected')];
  };

  it('an offer waits, and is made when the accounts can be written', async () => {
    lock();
    world.lobby(ann, 1, 'trade', { with: 'bob', ...swap });
    world.lobby(ann, 2, 'online');
    for (let i = 0; i < 20; i++) {
      pass(100);
      await settlePromises();
    }
    expect(answersOf(ann)).toEqual([]);
    expect(world.trouble.seconds).toBeGreaterThan(1);
    unlock();
    pass(100);
    await settlePromises();
    const [offered, online] = answersOf(ann);
    expect(offered).toMatchObject({ seq: 1, value: { trade: 1, state: 'open' } });
    expect(online).toMatchObject({ seq: 2, value: { sessions: 2 } });
    expect(world.trouble.seconds).toBe(0);
    expect(told(bob)).toMatchObject([{ trade: 1, state: 'open' }]);
  });

  it('an offer that has waited for long is refused with what to do, and counts as none', async () => {
    lock();
    world.lobby(ann, 1, 'trade', { with: 'bob', ...swap });
    for (let i = 0; i < 110; i++) {
      pass(100);
      await settlePromises();
    }
    expect(answersOf(ann)).toMatchObject([{ code: 'ACCOUNTS_UNAVAILABLE' }]);
    unlock();
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toMatchObject({ trade: 1 });
  });

  it('a swap waits, and is made once', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    lock();
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'confirmed' });
    world.trades.beat();
    expect(held(ann)).toEqual([100, 0]);
    unlock();
    world.trades.beat();
    await synced();
    expect([held(ann), held(bob)]).toEqual([
      [40, 1],
      [60, 1],
    ]);
    expect(told(ann).at(-1)).toMatchObject({ trade: 1, state: 'done' });
    world.trades.beat();
    expect(held(ann)).toEqual([40, 1]);
  });

  it('a swap that could not be made for a minute ends, and frees both accounts', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    lock();
    ask(bob, 'confirm', { trade: 1, version: 1 });
    pass(OFFER_MS);
    world.trades.beat();
    const ended = { trade: 1, state: 'ended', code: 'TRADES_UNAVAILABLE' };
    expect(told(ann).at(-1)).toMatchObject(ended);
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject(ended);
    unlock();
    world.trades.beat();
    expect(ask(ann, 'trades')).toMatchObject({ open: [], over: [ended] });
    ask(ann, 'trade', { with: 'bob', ...swap });
    for (const session of [ann, bob]) ask(session, 'confirm', { trade: 2, version: 1 });
    await synced();
    expect(held(ann)).toEqual([40, 1]);
  });

  it('the end of a trade is told at once, and written later', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    lock();
    const ended = { trade: 1, state: 'ended', code: 'TRADE_CANCELLED' };
    expect(ask(bob, 'cancel', { trade: 1 })).toMatchObject(ended);
    expect(told(ann).at(-1)).toMatchObject(ended);
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toMatchObject(ended);
    unlock();
    world.trades.beat();
    expect(ask(ann, 'trades')).toMatchObject({ open: [], over: [ended] });
  });
});

describe('A stranger', () => {
  it('gets one answer for a trade of others and for one that never was', () => {
    const eve = player('eve');
    ask(ann, 'trade', { with: 'bob', ...swap });
    for (const version of [1, 2]) {
      const [open, never] = [1, 99].map((trade) => ask(eve, 'confirm', { trade, version }));
      expect(open).toEqual(refusal('UNKNOWN_TRADE'));
      expect(open).toEqual(never);
    }
    for (const give of [{ gold: 0 }, { gold: 5 }]) {
      const counter = { give, want: { trophy: 1 } };
      const [open, never] = [1, 99].map((trade) => ask(eve, 'counter', { trade, ...counter }));
      expect(open).toEqual(refusal('UNKNOWN_TRADE'));
      expect(open).toEqual(never);
    }
    expect(ask(eve, 'cancel', { trade: 1 })).toEqual(ask(eve, 'cancel', { trade: 99 }));
    expect(ask(eve, 'trades')).toEqual({ open: [], over: [] });
    expect(told(eve)).toEqual([]);
  });
});

describe('A player', () => {
  it('who ends the session ends the trades, and the other is told', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(bob, 'confirm', { trade: 1, version: 1 });
    told(ann);
    world.sessions.end(bob);
    expect(told(ann)).toMatchObject([{ trade: 1, state: 'ended', code: 'PLAYER_GONE' }]);
    expect(held(ann)).toEqual([100, 0]);
  });

  it('whose account another session takes over ends the trades, and that session is told', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    const newer = world.sessions.begin('bob', bob.accountKey)!;
    const link = new FakeLink(9);
    links.set(newer, link);
    world.sessions.attach(newer, link, 99);
    expect(told(newer)).toMatchObject([{ trade: 1, state: 'ended', code: 'PLAYER_GONE' }]);
    expect(ask(ann, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'ended' });
  });

  it('whose connection is lost keeps the trades, and is told again how they are', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'trade', { with: player('eve').id, give: { gold: 1 } });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    world.sessions.detach(ann);
    ask(bob, 'confirm', { trade: 1, version: 1 });
    await synced();
    told(ann);
    pass(20_000);
    world.trades.beat();
    world.sessions.attach(ann, links.get(ann)!, ann.connection);
    expect(told(ann)).toMatchObject([
      { trade: 2, state: 'open' },
      { trade: 1, state: 'done' },
    ]);
  });
});

describe('A new process', () => {
  /** The coordinator is another one; the sessions are the same. */
  function restart(fault?: 'LOCKED' | 'DISK_FULL'): void {
    const { sessions, trouble } = world;
    for (const session of [ann, bob]) sessions.detach(session);
    sessions.watchers.length = 0;
    const accounts = Object.assign(world.tradeAccounts.again(), { fault });
    const trades = new TradeDesk({ accounts, sessions, trouble, metrics, diskFailed: () => {} });
    Object.assign(world, { tradeAccounts: accounts, trades });
    for (const session of [ann, bob]) sessions.attach(session, links.get(session)!, session.id);
  }

  it('starts where the accounts fail, and refuses trades until they can be read', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    restart('DISK_FULL');
    told(ann);
    world.tradeAccounts.fault = undefined;
    const { recover } = world.tradeAccounts.trades;
    world.tradeAccounts.trades.recover = () => {
      throw new StoreError('DISK_FULL', 'accounts.db');
    };
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toEqual(refusal('TRADES_UNAVAILABLE'));
    world.tradeAccounts.trades.recover = recover;
    world.trades.beat();
    expect(told(ann)).toMatchObject([{ trade: 1, state: 'ended', code: 'TRADE_LOST' }]);
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toMatchObject({ trade: 2, state: 'open' });
  });

  it('tells that later where a beat cannot read the accounts, whatever the reason', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    restart('LOCKED');
    told(ann);
    world.tradeAccounts.fault = 'DISK_FULL';
    expect(() => world.trades.beat()).not.toThrow();
    world.tradeAccounts.fault = undefined;
    const { since } = world.tradeAccounts.trades;
    world.tradeAccounts.trades.since = () => {
      throw new StoreError('LOCKED', 'accounts.db');
    };
    expect(() => world.trades.beat()).not.toThrow();
    expect(told(ann)).toEqual([]);
    world.tradeAccounts.trades.since = since;
    world.trades.beat();
    expect(told(ann)).toMatchObject([{ trade: 1, state: 'ended', code: 'TRADE_LOST' }]);
  });

  it('tells both that what was open is lost, and changes nothing', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    told(ann);
    told(bob);
    restart();
    const lost = { trade: 1, state: 'ended', code: 'TRADE_LOST', give: swap.give };
    expect(told(ann)).toMatchObject([lost]);
    expect(told(bob)).toMatchObject([{ ...lost, give: swap.want }]);
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'ended' });
    expect(ask(ann, 'trades')).toMatchObject({ open: [], over: [lost] });
    expect([held(ann), held(bob)]).toEqual([
      [100, 0],
      [0, 2],
    ]);
    expect(ask(ann, 'trade', { with: 'bob', ...swap })).toMatchObject({ trade: 2 });
  });

  it('that finds the accounts locked tells both later that what was open is lost', async () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    told(ann);
    told(bob);
    restart('LOCKED');
    expect(told(ann)).toEqual([]);
    world.trades.beat();
    world.tradeAccounts.fault = undefined;
    // Before that a new trade would be ended with the others.
    expect(ask(bob, 'trade', { with: 'ann', want: { gold: 5 } })).toMatchObject({ trade: 2 });
    world.trades.beat();
    expect(told(ann)).toMatchObject([{ trade: 1, code: 'TRADE_LOST' }, { trade: 2 }]);
    expect(ask(ann, 'trades')).toMatchObject({ open: [{ trade: 2 }], over: [{ trade: 1 }] });
    ask(ann, 'confirm', { trade: 2, version: 1 });
    ask(bob, 'confirm', { trade: 2, version: 1 });
    await synced();
    expect(held(bob)).toEqual([5, 2]);
  });

  it('tells both of a swap that was written down and told to nobody, and makes it once', () => {
    ask(ann, 'trade', { with: 'bob', ...swap });
    ask(ann, 'confirm', { trade: 1, version: 1 });
    ask(bob, 'confirm', { trade: 1, version: 1 });
    told(ann);
    told(bob);
    restart();
    expect(told(ann)).toMatchObject([{ trade: 1, state: 'done' }]);
    // The answer to this was not written down, so it is asked again.
    expect(ask(bob, 'confirm', { trade: 1, version: 1 })).toMatchObject({ state: 'done' });
    expect([held(ann), held(bob)]).toEqual([
      [40, 1],
      [60, 1],
    ]);
  });
});
