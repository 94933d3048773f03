// Rows of the accounts that belong to rooms of which nothing is left: a kill between the end of a room and
// the next transaction leaves them. A start looks for them, a little at a time.
import { performance } from 'node:perf_hooks';
import type { Log } from '../observe/index.ts';
import type { AccountsFile } from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';

export interface ReconciliationOptions {
  readonly accounts: Pick<AccountsFile, 'reconcile'>;
  /** Rooms that had files before any was brought back. */
  readonly existing: ReadonlySet<number>;
  /** The last room that there was: those after it are of this process. */
  readonly lastRoom: number;
  readonly trouble: AccountsTrouble;
  readonly log: Log;
}

/** What the search may take of a beat. */
const TURN_MS = 3;

export class Reconciliation {
  private readonly options: ReconciliationOptions;
  /** The room up to which the search has come; undefined: it is over. */
  private after: number | undefined = 0;
  private found = 0;

  constructor(options: ReconciliationOptions) {
    this.options = options;
  }

  get isOver(): boolean {
    return this.after === undefined;
  }

  /** Called several times a second. */
  beat(): void {
    const endsAt = performance.now() + TURN_MS;
    while (this.after !== undefined && performance.now() < endsAt) {
      try {
        this.step(this.after);
      } catch (error) {
        this.options.trouble.failed(error, 'search');
        return;
      }
    }
  }

  private step(after: number): void {
    const { accounts, existing, lastRoom, log } = this.options;
    const isKept = (room: number): boolean => room > lastRoom || existing.has(room);
    const room = accounts.reconcile(after, isKept);
    if (room !== undefined && room <= lastRoom) {
      // The same room again has more rows.
      if (room !== after && !isKept(room)) this.found++;
      this.after = room;
      return;
    }
    this.after = undefined;
    if (this.found === 0) return;
    const text =
      'the rows of ended rooms were removed from the accounts: room 0 has their net amounts';
    log.info({ rooms: this.found }, text);
  }
}
