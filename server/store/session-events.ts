// What happens to sessions, one row each, and what the sessions are after a row of such events.
import { accountOf } from './account-id.ts';

/** Fields in the order of the array that the file holds, new ones at the end; a tag is never used again for another. */
const eventKinds = {
  begin: { tag: 1, fields: ['session', 'token', 'name', 'key', 'fence', 'account'] },
  join: { tag: 2, fields: ['session', 'room'] },
  leave: { tag: 3, fields: ['session', 'room', 'reason'] },
  end: { tag: 4, fields: ['session'] },
  lobby: { tag: 5, fields: ['session', 'seq', 'answer', 'wait'] },
  numbers: { tag: 6, fields: ['session', 'room', 'fence'] },
  wait: { tag: 9, fields: ['session', 'wait'] },
} as const;

/** A session waits for a match, or, without a ticket, no longer. */
export interface WaitChange {
  readonly game: string;
  readonly ticket: SavedTicket | null;
}

export interface SavedTicket {
  readonly party: string;
  readonly size: number;
  /** In ms since 1970. */
  readonly since: number;
  /** The last room that had been opened by then: a room of the match has a higher number. */
  readonly room: number;
}

export type SessionEvent =
  | {
      readonly kind: 'begin';
      readonly session: number;
      readonly token: string;
      readonly name: string;
      /** The account's id, and the number with which its lock was granted; not there in a session
       *  from before there were accounts. */
      readonly account?: string | undefined;
      readonly fence?: number | undefined;
      /** The account's key: older versions wrote that instead of the id. */
      readonly key?: string | undefined;
    }
  | { readonly kind: 'join'; readonly session: number; readonly room: number }
  /** With a reason: the client is still to be told that it is out of the room, and why. Without one it was
   *  told, or knows. */
  | {
      readonly kind: 'leave';
      readonly session: number;
      readonly room: number;
      readonly reason?: readonly [code: string, text: string] | undefined;
    }
  | { readonly kind: 'end'; readonly session: number }
  /** The lobby has applied `seq` and answered it, and with it has changed who waits. */
  | {
      readonly kind: 'lobby';
      readonly session: number;
      readonly seq: number;
      readonly answer: unknown;
      readonly wait?: WaitChange | undefined;
    }
  | { readonly kind: 'wait'; readonly session: number; readonly wait: WaitChange }
  /** Sessions, rooms and fencing numbers up to these have been; they are not used again. */
  | {
      readonly kind: 'numbers';
      readonly session: number;
      readonly room: number;
      readonly fence?: number | undefined;
    };

const byTag = new Map(
  Object.entries(eventKinds).map(([kind, { tag, fields }]) => [tag as number, { kind, fields }]),
);

export const sessionCodec = {
  toArray(event: SessionEvent): unknown[] {
    const { tag, fields } = eventKinds[event.kind];
    const values = fields.map((field) => (event as unknown as Record<string, unknown>)[field]);
    return [tag, ...(values.at(-1) === undefined ? values.slice(0, -1) : values)];
  },
  /** @throws {RangeError} for a tag that is not in the table. */
  fromArray(values: readonly unknown[]): SessionEvent {
    const row = byTag.get(values[0] as number);
    if (!row) throw new RangeError(`a session’s event of unknown kind ${values[0]}`);
    const event: Record<string, unknown> = { kind: row.kind };
    for (let i = 1; i < values.length; i++) event[row.fields[i - 1]!] = values[i];
    return event as unknown as SessionEvent;
  },
};

export interface SavedSession {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  /** The account's id; '' and 0 for a session from before there were accounts. */
  readonly account: string;
  readonly fence: number;
  /** The account's key, where an older version has written it; else ''. */
  readonly key: string;
  /** In the order in which they were joined. */
  readonly rooms: readonly number[];
  /** The rooms that it is in no longer, of which its client was not told. */
  readonly lost: readonly (readonly [room: number, reason: LeftReason])[];
  /** What the lobby has applied: as `Ledger.restore` takes it. */
  readonly lobby: {
    readonly applied: number;
    readonly answers: readonly (readonly [seq: number, answer: unknown])[];
  };
}

/** Why a session is in a room no longer, in a code of the wire and a sentence for the player. */
export interface LeftReason {
  readonly code: string;
  readonly text: string;
}

/** Reasons that are kept for a session; of more the oldest are dropped. */
export const REASONS_MAX = 64;

/** A session that waits for a match of `game`. */
export interface SavedWait extends SavedTicket {
  readonly session: number;
  readonly game: string;
}

export interface SavedSessions {
  /** In the order in which they began. */
  readonly sessions: readonly SavedSession[];
  /** In the order in which they began to wait. */
  readonly waiting: readonly SavedWait[];
  readonly lastSession: number;
  readonly lastRoom: number;
  /** The highest fencing number that a session ever had. */
  readonly lastFence: number;
}

interface Remembered extends Pick<SavedSession, 'token' | 'name' | 'account' | 'fence' | 'key'> {
  readonly rooms: Set<number>;
  readonly lost: Map<number, LeftReason>;
  applied: number;
  readonly answers: Map<number, unknown>;
  /** The keys of its waits. */
  readonly waits: Set<string>;
}

export class SessionHistory {
  private readonly answersKept: number;
  private readonly sessions = new Map<number, Remembered>();
  private lastSession = 0;
  private lastRoom = 0;
  private lastFence = 0;
  /** Some event had an account's key. */
  hadKeys = false;
  /** In the order in which they began. */
  private readonly waits = new Map<string, SavedWait>();

  constructor(answersKept: number) {
    this.answersKept = answersKept;
  }

  /** What concerns a session that has ended changes nothing. */
  apply(event: SessionEvent): void {
    this.lastSession = Math.max(this.lastSession, event.session);
    if ('room' in event) this.lastRoom = Math.max(this.lastRoom, event.room);
    if ('fence' in event) this.lastFence = Math.max(this.lastFence, event.fence ?? 0);
    const session = this.sessions.get(event.session);
    switch (event.kind) {
      case 'begin': {
        this.endWaits(session);
        const { token, name, fence = 0, key = '', account = accountOf(key) } = event;
        this.hadKeys ||= key !== '';
        const who = { token, name, account, fence, key };
        const lost = new Map<number, LeftReason>();
        const none = {
          rooms: new Set<number>(),
          lost,
          answers: new Map(),
          waits: new Set<string>(),
        };
        this.sessions.set(event.session, { ...who, applied: 0, ...none });
        return;
      }
      case 'join':
        session?.rooms.add(event.room);
        session?.lost.delete(event.room);
        return;
      case 'leave':
        if (session) this.leave(session, event);
        return;
      case 'end':
        this.endWaits(session);
        this.sessions.delete(event.session);
        return;
      case 'lobby':
        if (!session) return;
        this.keep(session, event.seq, event.answer);
        if (event.wait) this.wait(session, event.session, event.wait);
        return;
      case 'wait':
        if (session) this.wait(session, event.session, event.wait);
        return;
      case 'numbers':
        return;
      default:
        event satisfies never;
    }
  }

  saved(): SavedSessions {
    const all = [...this.sessions];
    const sessions = all.map(([id, { rooms, lost, applied, answers, waits: _, ...who }]) => ({
      id,
      ...who,
      rooms: [...rooms],
      lost: [...lost],
      lobby: { applied, answers: [...answers] },
    }));
    const { lastSession, lastRoom, lastFence } = this;
    return { sessions, waiting: [...this.waits.values()], lastSession, lastRoom, lastFence };
  }

  /** The shortest history that leads here, without keys. */
  *events(): Iterable<SessionEvent> {
    const { lastSession: session, lastRoom: room, lastFence: fence } = this;
    yield { kind: 'numbers', session, room, fence };
    for (const [session, { token, name, account, fence, rooms, lost, answers }] of this.sessions) {
      yield { kind: 'begin', session, token, name, account, fence };
      for (const room of rooms) yield { kind: 'join', session, room };
      for (const [room, { code, text }] of lost) {
        yield { kind: 'leave', session, room, reason: [code, text] };
      }
      for (const [seq, answer] of answers) yield { kind: 'lobby', session, seq, answer };
    }
    for (const { session, game, ...ticket } of this.waits.values()) {
      yield { kind: 'wait', session, wait: { game, ticket } };
    }
  }

  private leave(
    { rooms, lost }: Remembered,
    { room, reason }: SessionEvent & { kind: 'leave' },
  ): void {
    rooms.delete(room);
    lost.delete(room);
    if (!reason) return;
    const [code, text] = reason;
    lost.set(room, { code, text });
    const [oldest] = lost.keys();
    if (lost.size > REASONS_MAX) lost.delete(oldest!);
  }

  private endWaits(session: Remembered | undefined): void {
    for (const key of session?.waits ?? []) this.waits.delete(key);
  }

  private wait({ waits }: Remembered, session: number, { game, ticket }: WaitChange): void {
    const key = `${session} ${game}`;
    this.waits.delete(key);
    if (!ticket) {
      waits.delete(key);
      return;
    }
    this.waits.set(key, { session, game, ...ticket });
    waits.add(key);
  }

  private keep(session: Remembered, seq: number, answer: unknown): void {
    session.applied = seq;
    session.answers.set(seq, answer);
    if (session.answers.size <= this.answersKept) return;
    const [oldest] = session.answers.keys();
    session.answers.delete(oldest!);
  }
}
