// Matchmaking without rooms and sessions: against a model that tries every combination.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Match, Matchmaker, sessionsOf, type Ticket } from './matchmaker.ts';

const all = () => true;
const alone = (session: number): Ticket => ({ session, party: '', size: 1 });
const member = (session: number, party: string, size: number): Ticket => ({ session, party, size });

function waiting(players: number, ...tickets: Ticket[]): Matchmaker<Ticket> {
  const matchmaker = new Matchmaker<Ticket>(players);
  for (const ticket of tickets) {
    expect(matchmaker.check(ticket)).toBeUndefined();
    matchmaker.add(ticket);
  }
  return matchmaker;
}

/** The sessions of every match that there is, settled one after another. */
function matches(matchmaker: Matchmaker<Ticket>, isPresent: (session: number) => boolean = all) {
  const found: number[][] = [];
  for (let match = matchmaker.take(isPresent); match; match = matchmaker.take(isPresent)) {
    found.push(sessionsOf(match));
    matchmaker.settle(match);
  }
  return found;
}

const left = (matchmaker: Matchmaker<Ticket>) => [...matchmaker].map(({ session }) => session);

describe('A match', () => {
  it('is of those who came first', () => {
    const matchmaker = waiting(2, ...[1, 2, 3, 4, 5].map(alone));
    expect(matches(matchmaker)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(left(matchmaker)).toEqual([5]);
  });

  it('waits for a party until the last of it is there, and lets others play before it', () => {
    const matchmaker = waiting(2, member(1, 'us', 2), alone(2), alone(3));
    expect(matches(matchmaker)).toEqual([[2, 3]]);
    matchmaker.add(member(4, 'us', 2));
    expect(matches(matchmaker)).toEqual([[1, 4]]);
  });

  it('of four has a party of two with those next to it who fit', () => {
    const three = [5, 6, 7].map((session) => member(session, 'three', 3));
    const two = [1, 2].map((session) => member(session, 'two', 2));
    const matchmaker = waiting(4, ...two, alone(4), ...three, alone(8), alone(9));
    expect(matches(matchmaker)).toEqual([
      [1, 2, 4, 8],
      [5, 6, 7, 9],
    ]);
  });

  it('passes over who is away, and over the party, and lets them keep their place', () => {
    const us = [member(2, 'us', 2), member(3, 'us', 2)];
    const matchmaker = waiting(2, alone(1), ...us, alone(4), alone(5));
    expect(matches(matchmaker, (session) => session !== 1 && session !== 3)).toEqual([[4, 5]]);
    matchmaker.add(alone(6));
    expect(matches(matchmaker)).toEqual([
      [1, 6],
      [2, 3],
    ]);
  });

  it('of which one is turned away leaves the others in their order, without that one’s party', () => {
    const pair = [member(1, 'us', 2), member(2, 'us', 2)];
    const matchmaker = waiting(4, alone(9), ...pair, alone(3), alone(4));
    const match = matchmaker.take(all)!;
    expect(sessionsOf(match)).toEqual([9, 1, 2, 3]);
    expect(matchmaker.exclude(match, 2)).toEqual([1, 2]);
    expect(left(matchmaker)).toEqual([9, 3, 4]);
    matchmaker.add(alone(5));
    expect(sessionsOf(matchmaker.take(all)!)).toEqual([9, 3, 4, 5]);
    expect(matchmaker.check(pair[0]!)).toBeUndefined();
  });

  it('that loses one leaves the others at the front', () => {
    const matchmaker = waiting(2, ...[1, 2, 3, 4].map(alone));
    const match = matchmaker.take(all)!;
    matchmaker.remove(1);
    expect(sessionsOf(match)).toEqual([2]);
    matchmaker.putBack(match);
    expect(matches(matchmaker)).toEqual([[2, 3]]);
    expect(left(matchmaker)).toEqual([4]);
  });

  it('that a whole party has left lets another one of its name come together', () => {
    const us = [1, 2].map((session) => member(session, 'us', 2));
    const matchmaker = waiting(2, ...us);
    const match = matchmaker.take(all)!;
    for (const { session } of us) matchmaker.remove(session);
    matchmaker.add(member(3, 'us', 2));
    matchmaker.settle(match);
    matchmaker.add(member(4, 'us', 2));
    expect(matches(matchmaker)).toEqual([[3, 4]]);
  });
});

describe('Who cannot wait', () => {
  it('waits already', () => {
    const matchmaker = waiting(2, alone(1), member(2, 'us', 2));
    for (const ticket of [alone(1), member(1, 'us', 2), alone(2)]) {
      expect(matchmaker.check(ticket)).toBe('ALREADY_WAITING');
    }
  });

  it('has a party that is too large, or has another size for the others', () => {
    const matchmaker = waiting(3, member(1, 'us', 2));
    expect(matchmaker.check(member(2, 'them', 4))).toBe('PARTY_SIZE');
    expect(matchmaker.check(member(2, 'us', 3))).toBe('PARTY_SIZE');
  });

  it('has a party that is whole', () => {
    const matchmaker = waiting(3, member(1, 'us', 2), member(2, 'us', 2));
    expect(matchmaker.check(member(3, 'us', 2))).toBe('PARTY_FULL');
    matchmaker.remove(1);
    expect(matchmaker.check(member(3, 'us', 2))).toBeUndefined();
  });
});

interface ModelGroup {
  readonly party: string;
  readonly size: number;
  readonly members: number[];
  turn: number;
}

/** What `Matchmaker` promises, said as simply as can be. */
class Model {
  groups: ModelGroup[] = [];
  readonly taken: { match: Match; groups: ModelGroup[] }[] = [];
  private turns = 0;

  add({ session, party, size }: Ticket): void {
    let group = this.groups.find((one) => party !== '' && one.party === party);
    if (!group) {
      group = { party, size, members: [], turn: 0 };
      this.groups.push(group);
    }
    group.members.push(session);
    if (group.members.length === size) group.turn = ++this.turns;
  }

  remove(session: number): void {
    for (const group of [...this.groups, ...this.taken.flatMap(({ groups }) => groups)]) {
      const at = group.members.indexOf(session);
      if (at >= 0) group.members.splice(at, 1);
    }
    this.groups = this.groups.filter(({ members }) => members.length > 0);
  }

  /** Of all combinations that fill a match the one whose turns are the first. */
  best(players: number, isPresent: (session: number) => boolean): ModelGroup[] | undefined {
    const whole = this.groups
      .filter(({ members, size }) => members.length === size && members.every(isPresent))
      .sort((a, b) => a.turn - b.turn);
    const found: ModelGroup[][] = [];
    for (let set = 0; set < 1 << whole.length; set++) {
      const chosen = whole.filter((_group, i) => set & (1 << i));
      if (chosen.reduce((sum, { size }) => sum + size, 0) === players) found.push(chosen);
    }
    return found.sort(byTurns)[0];
  }
}

function byTurns(a: ModelGroup[], b: ModelGroup[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i]!.turn !== b[i]!.turn) return a[i]!.turn - b[i]!.turn;
  }
  return 0;
}

const session = fc.integer({ min: 1, max: 9 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), session }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('addMember' as const),
      session,
      party: fc.constantFrom('a', 'b', 'c'),
      size: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('away' as const), session }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
);

/** A matchmaker and its model, which are asked for the same. */
class Trial {
  readonly matchmaker: Matchmaker<Ticket>;
  readonly model = new Model();
  private readonly away = new Set<number>();
  private readonly waiting = new Set<number>();
  private readonly isPresent = (one: number): boolean => !this.away.has(one);

  constructor(players: number) {
    this.matchmaker = new Matchmaker(players);
  }

  run(action: typeof step extends fc.Arbitrary<infer S> ? S : never): void {
    if (action.do === 'add') this.add(alone(action.session));
    else if (action.do === 'addMember') {
      this.add(member(action.session, action.party, action.size));
    } else if (action.do === 'remove') this.remove(action.session);
    else if (action.do === 'away') {
      if (!this.away.delete(action.session)) this.away.add(action.session);
    } else if (action.do === 'take') this.take();
    else this.finish();
    // Nobody is lost, nobody is there twice.
    expect(new Set(left(this.matchmaker))).toEqual(this.waiting);
    expect(left(this.matchmaker)).toHaveLength(this.waiting.size);
  }

  private add(ticket: Ticket): void {
    if (this.matchmaker.check(ticket)) return;
    expect(this.waiting).not.toContain(ticket.session);
    this.waiting.add(ticket.session);
    this.matchmaker.add(ticket);
    this.model.add(ticket);
  }

  private remove(one: number): void {
    expect(this.matchmaker.remove(one) !== undefined).toBe(this.waiting.delete(one));
    this.model.remove(one);
  }

  private take(): void {
    const { matchmaker, model, isPresent } = this;
    const best = model.best(matchmaker.players, isPresent);
    const match = matchmaker.take(isPresent);
    expect(match && sessionsOf(match)).toEqual(best?.flatMap(({ members }) => members));
    if (!match || !best) return;
    model.groups = model.groups.filter((group) => !best.includes(group));
    model.taken.push({ match, groups: best });
  }

  /** As the server does: a match that has lost one is put back. */
  private finish(): void {
    const first = this.model.taken.shift();
    if (!first) return;
    const { match, groups } = first;
    if (sessionsOf(match).length === this.matchmaker.players) {
      for (const one of sessionsOf(match)) this.waiting.delete(one);
      this.matchmaker.settle(match);
    } else {
      this.matchmaker.putBack(match);
      this.model.groups.push(...groups.filter(({ members }) => members.length > 0));
    }
  }
}

describe('However they come and go', () => {
  it('nobody is lost or in two matches, parties stay together, and the first come first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(step, { maxLength: 60, size: 'max' }),
        (players, steps) => {
          const trial = new Trial(players);
          for (const action of steps) trial.run(action);
        },
      ),
      { numRuns: 400 },
    );
  });
});
