// The record of processes that ended without being asked to, for the log and the operators.
import type { ChildIdentity, Exit } from '../multiprocessing/index.ts';
import type { HangCause } from '../watch/index.ts';

export interface CrashRecord {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly role: ChildIdentity['role'];
  /** The number of the process among all of its role. */
  readonly number: number;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** How long it had ended no piece of work when it was killed for that: on a processor or asleep. */
  readonly hungMs: number | null;
  /** Why it was taken for hung. */
  readonly cause: HangCause | null;
  /** Where its JavaScript was then. */
  readonly stack: string | null;
  /** Connections that were handed over to other workers. */
  readonly connections: number;
  /** What it wrote last, oldest first. */
  readonly lastLines: readonly string[];
}

/** The evidence against a process that hung. */
export interface Hang {
  readonly hungMs: number;
  readonly cause: HangCause;
  readonly stack: string | null;
}

const KEPT_MAX = 50;

/** The newest records; older ones are in the log. */
export class Crashes {
  private readonly records: CrashRecord[] = [];

  add(record: CrashRecord): void {
    this.records.push(record);
    if (this.records.length > KEPT_MAX) this.records.shift();
  }

  /** Newest first. */
  list(): readonly CrashRecord[] {
    return this.records.toReversed();
  }
}

export function crashRecord(
  { role, worker }: ChildIdentity,
  found: Pick<CrashRecord, 'pid' | 'uptimeSeconds' | 'connections' | 'lastLines'>,
  { code, signal }: Exit,
  hang: Hang | undefined,
): CrashRecord {
  const { hungMs = null, cause = null, stack = null } = hang ?? {};
  const at = new Date().toISOString();
  return { at, role, number: worker, ...found, code, signal, hungMs, cause, stack };
}
