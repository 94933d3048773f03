// How soon a child that has ended is started again, and when that is too often.
import type { Exit, SupervisorOptions } from './child-spec.ts';

type Limits = Pick<
  SupervisorOptions,
  'clock' | 'restartsMax' | 'restartsPerChildMax' | 'restartPeriodMs' | 'isExcused'
>;

/** What is remembered of the children at one place. */
export interface DeathRecord {
  /** Deaths in a row, each soon after the start: they make the delay. */
  quickDeaths: number;
  /** Of those, the ones that count against the child. */
  crashes: number;
  /** Deaths in a row before the child did its work. */
  falseStarts: number;
}

/** One end of a child that was not asked to end. */
export interface Death {
  readonly exit: Exit;
  readonly livedMs: number;
  readonly restart: 'permanent' | 'temporary';
  /** It has done its work, be it for a moment. */
  readonly hasServed: boolean;
  /** Someone waits for it now, and no other can stand in. */
  readonly isAwaited: boolean;
  /** All children that the supervisor keeps, this one among them. */
  readonly childCount: number;
}

/** A child that has lived for so long is started again at once. */
const STEADY_MS = 5000;
/** One that dies sooner, and again, waits: twice as long each time. */
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;

export class RestartPolicy {
  private readonly limits: Limits;
  /** When the restarts within the period were. */
  private recent: number[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
  }

  static newRecord(): DeathRecord {
    return { quickDeaths: 0, crashes: 0, falseStarts: 0 };
  }

  /** Back-off protects the machine from a child that cannot start. It must not keep those waiting who need
   *  a child that can: one that has served, and is awaited, is started again at once, whatever killed it.
   *  @returns the delay until the next start; undefined where there were too many deaths. */
  delayMs(record: DeathRecord, death: Death): number | undefined {
    const { livedMs, restart, hasServed, isAwaited, exit } = death;
    const isSteady = livedMs >= STEADY_MS;
    if (isSteady) {
      record.quickDeaths = 0;
      record.crashes = 0;
    }
    if (isSteady || hasServed) record.falseStarts = 0;
    // A temporary child is not started again by the supervisor, unless its owner does so in a loop.
    if (isSteady && restart === 'temporary') return 0;
    if (!this.isExcused(exit)) {
      if (!isSteady) record.crashes++;
      if (this.isOneTooMany(record, death)) return undefined;
    }
    const delayMs = backoffMs(isAwaited ? record.falseStarts : record.quickDeaths);
    record.quickDeaths++;
    if (!isSteady && !hasServed) record.falseStarts++;
    return delayMs;
  }

  private isExcused(exit: Exit): boolean {
    const wasStarted = exit.code !== null || exit.signal !== null;
    return !wasStarted || this.limits.isExcused?.(exit) === true;
  }

  /** Counts a restart, unless there were too many: within the period, or in a row. The second finds a child
   *  that never works, whose back-off keeps it below the first. Temporary children share a record: a row of
   *  theirs may be the death of all of them at one time. */
  private isOneTooMany({ crashes }: DeathRecord, { restart, childCount }: Death): boolean {
    const { clock, restartsMax, restartsPerChildMax = 0, restartPeriodMs } = this.limits;
    const inPeriodMax = Math.max(restartsMax, restartsPerChildMax * childCount);
    const now = clock.now();
    this.recent = this.recent.filter((at) => now - at < restartPeriodMs);
    const inRowMax = restart === 'temporary' ? inPeriodMax : restartsMax;
    if (this.recent.length >= inPeriodMax || crashes > inRowMax) return true;
    this.recent.push(now);
    return false;
  }
}

/** @param before deaths in a row. */
function backoffMs(before: number): number {
  return before === 0 ? 0 : Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** (before - 1));
}
