// Whether the accounts can be written at the moment, for the log and the metrics: said once, not each time.
import { performance } from 'node:perf_hooks';
import { type Log, LogThrottle } from '../observe/index.ts';
import { isLocked } from '../store/index.ts';
import type { DiskHealth, WrittenPart } from './disk-health.ts';

/** Interval between attempts to find out whether it is over, where nothing else is written. */
const PROBE_MS = 1000;

/** What failed, and what that means for players: the log says it. */
const texts = {
  bank: 'the accounts cannot be written: deposits wait and are tried again, players play on',
  open: 'the accounts cannot be opened: the start waits and tries again; rooms and players wait',
  lobby:
    'the accounts cannot be read or written: commands of the lobby that need them are refused or wait',
  trade: 'trades cannot be read or written: they end, or wait where another program has the lock',
  search:
    'the accounts cannot be searched for rows of rooms that are gone: it is tried again, no player waits for it',
  probe: 'the accounts still cannot be written',
} as const;

export type AccountsWork = keyof typeof texts;

export class AccountsTrouble {
  /** Is told of failures that are the disk's; a lock of another program is not among them. */
  health: DiskHealth | undefined;
  private readonly log: Log;
  private since: number | undefined;
  private readonly throttle = new LogThrottle<AccountsWork>();
  private probedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.log = log;
  }

  /** How long the accounts could not be written; 0: they can. */
  get seconds(): number {
    return this.since === undefined ? 0 : (performance.now() - this.since) / 1000;
  }

  /** Something could not be written, or read. */
  failed(err: unknown, work: AccountsWork): void {
    const part: WrittenPart = work === 'trade' ? 'trade' : 'account';
    if (!isLocked(err)) this.health?.failed(part, err);
    this.since ??= performance.now();
    // A failed probe is news only where no other failure has been logged of late.
    if (work === 'probe' && this.throttle.isRecent) return;
    if (!this.throttle.isDue(work)) return;
    this.log.error({ err, seconds: Math.round(this.seconds) }, texts[work]);
  }

  /** Something was written. */
  succeeded(): void {
    if (this.since === undefined) return;
    const seconds = Math.round(this.seconds);
    this.since = undefined;
    this.throttle.reset();
    this.log.info({ seconds }, 'the accounts can be written again');
  }

  /** Called several times a second. @param write writes nothing. */
  beat(write: () => void): void {
    const now = performance.now();
    if (this.since === undefined || now - this.probedAt < PROBE_MS) return;
    this.probedAt = now;
    try {
      write();
      this.succeeded();
    } catch (error) {
      this.failed(error, 'probe');
    }
  }
}
