// However players come and go, the file of sessions says who waits; another process goes on from it.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Game } from '../games/index.ts';
import { FakeLink } from './fake-link.ts';
import { settlePromises, startTime, stopTime } from './fake-time.ts';
import type { Session } from './session.ts';
import { SignedSecrets } from './signed-secrets.ts';
import { forgetfulAccounts } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { TestWorld } from './test-world.ts';

const duel: Game = { ...tally, name: 'duel', playersMax: 2, match: { players: 2 } };
const trio: Game = { ...tally, name: 'trio', match: { players: 3 } };

beforeEach(() => stopTime());
afterEach(startTime);

const step = fc.record({
  do: fc.constantFrom('match', 'match', 'party', 'unmatch', 'away', 'end', 'leave', 'beat'),
  who: fc.nat(5),
  game: fc.constantFrom('duel', 'trio'),
});
const PARTY = new SignedSecrets(forgetfulAccounts.secret, 'party').make();
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Six players, of whom one that has ended is followed by a new one. */
class Crowd {
  readonly world = new TestWorld({}, [duel, trio]);
  readonly link = new FakeLink();
  private readonly sessions = Array.from({ length: 6 }, () => this.world.session(this.link));

  async run({ do: what, who, game }: Step): Promise<void> {
    const { world, link } = this;
    const session = this.sessions[who]!;
    if (what === 'match') this.ask(session, 'match', { game });
    else if (what === 'party') this.ask(session, 'match', { game, party: PARTY, size: 2 });
    else if (what === 'unmatch') this.ask(session, 'unmatch', { game });
    else if (what === 'away') {
      if (session.link) world.sessions.detach(session);
      else world.sessions.attach(session, link, session.connection);
    } else if (what === 'end') {
      world.sessions.end(session);
      this.sessions[who] = world.session(link);
    } else if (what === 'leave') {
      for (const room of [...session.rooms.values()]) room.members.leave(session, 'LEFT', '');
    } else {
      world.rooms.beat();
      world.matchmaking.beat();
    }
    await settlePromises();
  }

  /** Who waits, as the lobby says. */
  get waiting(): string[] {
    return this.sessions.flatMap((session) => {
      const answer = this.world.matchmaking.matching(session, {});
      const rows = (answer as { value: { game: string; waitedMs: number | null }[] }).value;
      const own = rows.filter(({ waitedMs }) => waitedMs !== null);
      return own.map(({ game }) => `${session.id} ${game}`);
    });
  }

  private ask(session: Session, name: string, args: unknown): void {
    this.world.lobby(session, session.lobby.applied + 1, name, args);
  }
}

it('The file says who waits, and nobody who waits is in the room of that match', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const crowd = new Crowd();
      const { world } = crowd;
      for (const one of steps) {
        await crowd.run(one);
        const waits = world.storage.waiting;
        expect(waits.map(({ session, game }) => `${session} ${game}`).sort()).toEqual(
          crowd.waiting.sort(),
        );
        for (const { session, game, room } of waits) {
          const rooms = [...world.sessions.byId(session)!.rooms.values()];
          expect(rooms.filter((of) => of.game.name === game && of.id > room)).toEqual([]);
        }
        for (const room of world.rooms) {
          expect(room.players).toBeLessThanOrEqual(room.game.match!.players);
        }
      }
      world.end();
    }),
    { numRuns: 60 },
  );
});

describe('After a restart', () => {
  let world: TestWorld;
  let next: TestWorld;
  const link = new FakeLink();
  beforeEach(() => {
    world = new TestWorld({}, [duel, trio]);
    next = new TestWorld({}, [duel, trio]);
  });
  afterEach(() => next.end());

  /** Three sessions want a match, in this order; then another process has only their file. */
  async function restart(game: string, ...order: readonly number[]): Promise<Session[]> {
    const before = [1, 2, 3].map(() => world.session(link));
    for (const id of order) world.lobby(before[id - 1]!, 1, 'match', { game });
    const { waiting } = world.storage;
    const lobby = { applied: 1, answers: [] };
    const sessions = before.map(({ id, token, name, account, fence }) => ({
      ...{ id, token, name, account, fence, lobby, key: '' },
      rooms: [],
      lost: [],
    }));
    next.sessions.restore({ sessions, waiting, lastSession: 3, lastRoom: 0, lastFence: 3 });
    return before.map(({ id }) => next.sessions.byId(id)!);
  }

  it('those who waited wait on, in their order, and are matched when they are back', async () => {
    const [ada, bob] = await restart('trio', 2, 1);
    next.matchmaking.restore(world.storage.waiting);
    for (const one of [ada, bob]) next.sessions.attach(one!, link, 50 + one!.id);
    const place = (one?: Session) => next.matchmaking.matching(one!, { game: 'trio' });
    expect(place(ada)).toMatchObject({ value: [{ waiting: 2, place: 2 }] });
    expect(place(bob)).toMatchObject({ value: [{ waiting: 2, place: 1 }] });
    next.lobby(next.session(link), 1, 'match', { game: 'trio' });
    await settlePromises();
    expect([...next.rooms].map(({ players }) => players)).toEqual([3]);
  });

  it('who was put into a room, but not yet out of the queue, waits no longer', async () => {
    const [ada] = await restart('duel', 1);
    const room = await next.rooms.open('duel');
    if (typeof room === 'string') throw new Error(room);
    room.admit([ada!]);
    const { waiting } = world.storage;
    next.matchmaking.restore(waiting);
    expect(next.matchmaking.waitsOf(ada!)).toBe(0);
    // A room that was there before is that of an earlier match.
    next.matchmaking.restore(waiting.map((one) => ({ ...one, room: room.id })));
    expect(next.matchmaking.waitsOf(ada!)).toBe(1);
  });
});
