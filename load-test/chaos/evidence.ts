// What a chaos run has found out: all that its checks judge.
import type { Sharing } from './check-sharing.ts';
import type { Window } from './crowds.ts';
import type { FaultKind } from './kinds.ts';
import type { CoupleRecord, TallyRecord } from './messages.ts';

/** What came of one fault, or of two at once. */
export interface Outcome {
  /** Since the faults began. */
  readonly atMs: number;
  readonly kinds: readonly FaultKind[];
  /** What happened, in words. */
  readonly text: string;
  /** Why the server was not whole again. */
  readonly failures: readonly string[];
  readonly window: Window;
}

export interface TallyTotals {
  readonly total: number;
  /** Additions that were not the next of their player. */
  readonly violations: number;
  readonly firstViolation: string | null;
}

export interface GoldAudit {
  readonly total: number;
  readonly expected: number;
}

/** What all accounts hold of an item, and what rooms have put in less what they have taken out. */
export interface ItemTotals {
  readonly item: string;
  readonly accounts: number;
  readonly rooms: number;
}

/** Counts of open file descriptors of the primary. */
export interface Descriptors {
  /** Of a server without clients, before anybody connected and after everyone had gone. */
  readonly before: number;
  readonly after: number;
  /** At the end of the faults, with so many connections. */
  readonly connected: number;
  readonly connections: number;
}

/** What the replay of a room's files gave. */
export interface RoomReplay {
  readonly room: number;
  readonly tick: number;
  /** `equal`: the replay has the hash that the server wrote down at its end. Else what was not. */
  readonly verdict: string;
}

export interface Evidence {
  readonly outcomes: readonly Outcome[];
  /** What must never be and was found while the run went on. */
  readonly problems: readonly string[];
  readonly records: readonly TallyRecord[];
  readonly couples: readonly CoupleRecord[];
  readonly sharing: Sharing;
  readonly tally: TallyTotals;
  readonly audits: readonly GoldAudit[];
  readonly accounts: readonly ItemTotals[];
  readonly descriptors: Descriptors | undefined;
  /** Rooms that were set aside, and those that were made to go wrong. */
  readonly quarantined: readonly number[];
  readonly sabotaged: readonly number[];
  readonly replays: readonly RoomReplay[];
  readonly exitCode: number;
  readonly processesLeft: readonly number[];
  readonly filesLeft: readonly string[];
}
