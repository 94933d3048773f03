// Who waits for a match of one game, and who is put together next: a function of its calls.
//
// It is no queue of sync/: an item there goes to whoever asks first, alone. Here a party is to stay
// together, who is away is passed over and keeps the place, and what fits is looked for.

/** One who waits. */
export interface Ticket {
  readonly session: number;
  /** Those who gave the same name go into one match together; '' alone. */
  readonly party: string;
  /** How many the party is when it is whole; 1 alone. */
  readonly size: number;
}

/** Why one cannot wait. */
export type Refusal = 'ALREADY_WAITING' | 'PARTY_SIZE' | 'PARTY_FULL';

/** A party, or one who came alone. */
interface Group {
  readonly party: string;
  readonly size: number;
  readonly members: Set<number>;
  /** Its place among those who are whole: the smaller the sooner. */
  turn: number;
  /** For which it was taken; neither settled nor put back. */
  match: Match | undefined;
}

/** Sessions that go into one room. */
export interface Match {
  readonly groups: readonly Group[];
}

/** Invariant: everyone who waits has one ticket and is in one group; a group that is whole and not
 *  taken is in `whole`, in the order of its turn; a party that has members is in `parties`. */
export class Matchmaker<T extends Ticket> implements Iterable<T> {
  readonly players: number;
  /** In the order in which they came. */
  private readonly tickets = new Map<number, T>();
  private readonly groups = new Map<number, Group>();
  private readonly parties = new Map<string, Group>();
  /** By their size. */
  private readonly whole: readonly Group[][];
  private turns = 0;

  /** @param players of one match. */
  constructor(players: number) {
    this.players = players;
    this.whole = Array.from({ length: players + 1 }, () => []);
  }

  /** In the order in which they came; those of a match that is not settled are among them. */
  [Symbol.iterator](): Iterator<T> {
    return this.tickets.values();
  }

  get size(): number {
    return this.tickets.size;
  }

  get(session: number): T | undefined {
    return this.tickets.get(session);
  }

  /** The match for which the session or its party was taken: nobody knows yet whether it will be. */
  takenFor(session: number, party: string): Match | undefined {
    return this.groups.get(session)?.match ?? this.parties.get(party)?.match;
  }

  /** @returns why `add` could not take it. */
  check({ session, party, size }: Ticket): Refusal | undefined {
    if (this.tickets.has(session)) return 'ALREADY_WAITING';
    const group = this.parties.get(party);
    if (size > this.players || (group && group.size !== size)) return 'PARTY_SIZE';
    if (group && (group.match || group.members.size === size)) return 'PARTY_FULL';
    return undefined;
  }

  /** Takes what `check` has nothing against. A party's turn counts from when it is whole. */
  add(ticket: T): void {
    const { session, party, size } = ticket;
    this.tickets.set(session, ticket);
    const known = this.parties.get(party);
    const group = known ?? { party, size, members: new Set(), turn: 0, match: undefined };
    if (party !== '') this.parties.set(party, group);
    group.members.add(session);
    this.groups.set(session, group);
    if (group.members.size < size) return;
    group.turn = ++this.turns;
    this.whole[size]!.push(group);
  }

  /** Who goes is missing in its party, and in the match for which it was taken.
   *  @returns the ticket, if there was one. */
  remove(session: number): T | undefined {
    const ticket = this.tickets.get(session);
    const group = this.groups.get(session);
    if (!ticket || !group) return undefined;
    this.tickets.delete(session);
    this.groups.delete(session);
    if (!group.match && isWhole(group)) this.leaveLine(group);
    group.members.delete(session);
    if (group.members.size === 0) this.parties.delete(group.party);
    return ticket;
  }

  /** Takes the next match: the group whose turn is first and that can be in one, with those next to
   *  it in turn that fit. Settle it, or put it back.
   *  @param isPresent who is not is passed over, with the party, and keeps the place. */
  take(isPresent: (session: number) => boolean): Match | undefined {
    const candidates = this.whole.flatMap((line, size) => {
      const most = size === 0 ? 0 : Math.floor(this.players / size);
      return firstOf(line, most, ({ members }) => [...members].every(isPresent));
    });
    candidates.sort((a, b) => a.turn - b.turn);
    const groups = fill(candidates, this.players);
    if (!groups) return undefined;
    const match = { groups };
    for (const group of groups) {
      this.leaveLine(group);
      group.match = match;
    }
    return match;
  }

  /** Those of the match have their room and wait no longer. */
  settle({ groups }: Match): void {
    for (const { party, members } of groups) {
      // Where all have gone another party may have its name.
      if (members.size > 0) this.parties.delete(party);
      for (const session of members) {
        this.tickets.delete(session);
        this.groups.delete(session);
      }
    }
  }

  /** The match has come to nothing: each has the place again that it had. */
  putBack({ groups }: Match): void {
    for (const group of groups) {
      group.match = undefined;
      if (!isWhole(group)) continue;
      const line = this.whole[group.size]!;
      const at = line.findIndex(({ turn }) => turn > group.turn);
      line.splice(at < 0 ? line.length : at, 0, group);
    }
  }

  /** The match has come to nothing because of one session: its group waits no longer, and the others have the
   *  places again that they had.
   *  @returns the sessions of the group. */
  exclude({ groups }: Match, session: number): number[] {
    const group = groups.find(({ members }) => members.has(session));
    const excluded = { groups: groups.filter((one) => one === group) };
    const sessions = sessionsOf(excluded);
    this.settle(excluded);
    this.putBack({ groups: groups.filter((one) => one !== group) });
    return sessions;
  }

  private leaveLine(group: Group): void {
    const line = this.whole[group.size]!;
    line.splice(line.indexOf(group), 1);
  }
}

/** Those of the match who still wait, in the order of their turns. */
export function sessionsOf({ groups }: Match): number[] {
  return groups.flatMap(({ members }) => [...members]);
}

function isWhole({ members, size }: Group): boolean {
  return members.size === size;
}

function firstOf<G>(line: readonly G[], most: number, fits: (group: G) => boolean): G[] {
  const found: G[] = [];
  for (const group of line) {
    if (found.length === most) break;
    if (fits(group)) found.push(group);
  }
  return found;
}

/** The groups that have `places` members together and come first, compared one by one. More than
 *  `places / size` of a size are never needed, so the caller gives few.
 *  @param hopeless what was found to be impossible: pairs of `from` and `places`. */
function fill(
  groups: readonly Group[],
  places: number,
  from = 0,
  hopeless = new Set<string>(),
): Group[] | undefined {
  if (places === 0) return [];
  const key = `${from} ${places}`;
  if (hopeless.has(key)) return undefined;
  for (let i = from; i < groups.length; i++) {
    const group = groups[i]!;
    if (group.size > places) continue;
    const others = fill(groups, places - group.size, i + 1, hopeless);
    if (others) return [group, ...others];
  }
  hopeless.add(key);
  return undefined;
}
