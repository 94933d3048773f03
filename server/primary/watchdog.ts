// Kills children that hang, do not start, or are too large; the supervisor replaces them.
import type { Config } from '../config.ts';
import type { Log } from '../observe/index.ts';
import { Judge, mainThreadTimes, type ThreadTimes, type WatchReport } from '../watch/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Hang } from './crashes.ts';

export interface WatchdogOptions {
  readonly config: Pick<Config, 'heartbeatMs' | 'hangMs' | 'startMs' | 'workerMemoryMax'>;
  readonly log: Log;
  /** Those that live. */
  readonly children: Iterable<ChildProcess>;
  /** A worker has more memory than it may. */
  tooLarge(worker: ChildProcess): void;
  /** How the system has scheduled the main thread of a process. Default: what Linux says. */
  times?(pid: number): ThreadTimes | undefined;
}

/** Two observers decide. The watch thread inside the process sees a main thread that loops or is blocked,
 *  and reports it with its stack. This class sees a process whose main thread and watch thread are both
 *  silent: it is stopped, or has no watch thread yet. Neither takes a process that gets on with its work,
 *  or waits for a processor, for one that hangs: killing that would only give others more to do. */
export class Watchdog {
  private readonly options: WatchdogOptions;
  private readonly timer: NodeJS.Timeout;
  private readonly hangs = new WeakMap<ChildProcess, Hang>();
  private readonly judges = new WeakMap<ChildProcess, Judge>();
  /** Those whose slow start was logged. */
  private readonly slow = new WeakSet<ChildProcess>();
  private sweptAt = performance.now();

  constructor(options: WatchdogOptions) {
    this.options = options;
    this.timer = setInterval(() => this.sweep(), options.config.heartbeatMs);
  }

  /** The evidence against a process that was killed because it hung. */
  hangOf(child: ChildProcess): Hang | undefined {
    return this.hangs.get(child);
  }

  /** A report of the child's watch thread. */
  reported(child: ChildProcess, { kind, cause, heldMs, stack }: WatchReport): void {
    if (child.isEnding) return;
    if (kind === 'hang') {
      this.endHang(child, { hungMs: heldMs, cause, stack });
      return;
    }
    const fields = { child: child.name, childPid: child.pid, heldMs, stack };
    this.options.log.warn(
      fields,
      'a single task held up the event loop of a process: `stack` has its code',
    );
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const { config, children } = this.options;
    const now = performance.now();
    const late = now - this.sweptAt - config.heartbeatMs;
    this.sweptAt = now;
    // When this process was held up itself, the children's beats may wait to be read.
    if (late > config.heartbeatMs) return;
    for (const child of children) {
      this.checkMemory(child);
      if (child.isEnding) continue;
      if (child.hasLoaded) this.checkHang(child, now);
      else this.checkStart(child, now);
    }
  }

  private checkMemory(child: ChildProcess): void {
    const { config, tooLarge } = this.options;
    const isTooLarge = child.beat.residentBytes > config.workerMemoryMax;
    if (child.identity.role === 'worker' && config.workerMemoryMax > 0 && isTooLarge)
      tooLarge(child);
  }

  /** Until a process has loaded its code, only `--start-ms` counts. */
  private checkStart(child: ChildProcess, now: number): void {
    const { config, log } = this.options;
    if (now - child.beatAt < config.startMs) return;
    const fields = { child: child.name, childPid: child.pid };
    log.error(fields, 'process killed: it has not loaded its code within --start-ms');
    child.kill();
  }

  private checkHang(child: ChildProcess, atMs: number): void {
    this.warnIfSlow(child, atMs - child.startedAt);
    const { config, times = mainThreadTimes } = this.options;
    const { heartbeatMs } = config;
    let judge = this.judges.get(child);
    if (!judge) {
      judge = new Judge(heartbeatMs);
      this.judges.set(child, judge);
    }
    const stretch = judge.look({ atMs, progress: child.signs, times: times(child.pid) });
    // A sample may come an interval later than the hang.
    if (!stretch || stretch.heldMs < config.hangMs - heartbeatMs) return;
    const { cause, heldMs } = stretch;
    this.endHang(child, { hungMs: Math.round(heldMs), cause, stack: null });
  }

  /** Logs once that a process has loaded its code, and yet is not ready. */
  private warnIfSlow(child: ChildProcess, ageMs: number): void {
    const { config, log } = this.options;
    if (child.isReady || ageMs < config.startMs || this.slow.has(child)) return;
    this.slow.add(child);
    const fields = { child: child.name, childPid: child.pid, ageMs: Math.round(ageMs) };
    log.warn(fields, 'process is alive, but not ready yet');
  }

  private endHang(child: ChildProcess, hang: Hang): void {
    this.hangs.set(child, hang);
    const fields = { child: child.name, childPid: child.pid, ...hang };
    this.options.log.error(fields, `process killed because it hangs: ${CAUSES[hang.cause]}`);
    child.kill();
  }
}

const CAUSES = {
  loop: 'it computes without an end; its stack shows where',
  blocked: 'it waits in a call that does not return; its stack shows where, if it is JavaScript',
  stopped: 'a signal (SIGSTOP) or a debugger has stopped it',
} as const satisfies Record<Hang['cause'], string>;
