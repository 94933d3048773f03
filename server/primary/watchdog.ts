// Watches the heartbeats of live children: who hangs, does not start, starts slowly, is too large.
import type { Config } from '../config.ts';
import type { Log, LogRelay } from '../observe/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Hang } from './crashes.ts';
import { stackOfHang } from './hang-stack.ts';

export interface WatchdogOptions {
  readonly config: Pick<Config, 'heartbeatMs' | 'hangMs' | 'startMs' | 'workerMemoryMax'>;
  readonly log: Log;
  readonly relay: Pick<LogRelay, 'lastLines'>;
  /** Those that live. */
  readonly children: Iterable<ChildProcess>;
  /** A worker has more memory than it may. */
  tooLarge(worker: ChildProcess): void;
}

/** After this part of the time that makes a hang it is asked where, so that it need not be waited
 *  for longer. */
const ASKED_AFTER = 0.5;

/** Kills those that hang or do not start; the supervisor replaces them. */
export class Watchdog {
  private readonly options: WatchdogOptions;
  private readonly timer: NodeJS.Timeout;
  private readonly hangs = new WeakMap<ChildProcess, Hang>();
  /** Where silent processes are, as soon as they have said so. */
  private readonly stacks = new Map<ChildProcess, { stack: string | null }>();
  /** Those of which was said that they take long to start. */
  private readonly slow = new WeakSet<ChildProcess>();
  private sweptAt = performance.now();

  constructor(options: WatchdogOptions) {
    this.options = options;
    this.timer = setInterval(() => this.sweep(), options.config.heartbeatMs);
  }

  /** What was found out about a process that was killed as it hung. */
  hangOf(child: ChildProcess): Hang | undefined {
    return this.hangs.get(child);
  }

  /** It has ended. */
  forget(child: ChildProcess): void {
    this.stacks.delete(child);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const { config, log, children, tooLarge } = this.options;
    const now = performance.now();
    const late = now - this.sweptAt - config.heartbeatMs;
    this.sweptAt = now;
    // When this process was held up itself, the children's beats may wait to be read.
    if (late > config.heartbeatMs) return;
    for (const child of children) {
      const { role } = child.identity;
      const isTooLarge = child.beat.residentBytes > config.workerMemoryMax;
      if (role === 'worker' && config.workerMemoryMax > 0 && isTooLarge) tooLarge(child);
      this.warnIfSlow(child, now - child.startedAt);
      const silentMs = now - child.beatAt;
      const limit = child.hasLoaded ? config.hangMs : config.startMs;
      if (child.hasLoaded && !child.isEnding) this.ask(child, silentMs > limit * ASKED_AFTER);
      if (silentMs < limit || child.isEnding) continue;
      if (child.hasLoaded) this.endHang(child, Math.round(silentMs));
      else {
        log.error({ child: child.name, childPid: child.pid }, 'process does not start: killed');
        child.kill();
      }
    }
  }

  /** Says once that a process has loaded its code, and yet is not ready. */
  private warnIfSlow(child: ChildProcess, ageMs: number): void {
    const { config, log } = this.options;
    const { isReady, isEnding, hasLoaded } = child;
    if (isReady || isEnding || !hasLoaded || ageMs < config.startMs || this.slow.has(child)) return;
    this.slow.add(child);
    const fields = { child: child.name, childPid: child.pid, ageMs: Math.round(ageMs) };
    log.warn(fields, 'process is alive, but not ready yet');
  }

  /** Asks a process that is silent where it is, once; tells one that is not any more to forget it. */
  private ask(child: ChildProcess, isSilent: boolean): void {
    const asked = this.stacks.get(child);
    if (isSilent === (asked !== undefined)) return;
    const { config, log, relay } = this.options;
    const fields = { child: child.name, childPid: child.pid };
    if (asked) {
      this.stacks.delete(child);
      child.calm();
      log.warn({ ...fields, stack: asked.stack }, 'process was silent, and goes on');
      return;
    }
    const answer = { stack: null as string | null };
    this.stacks.set(child, answer);
    log.warn(fields, 'process is silent: it is asked where it is');
    const lines = () => relay.lastLines(child.pid);
    void stackOfHang(child.pid, lines, config.hangMs).then((stack) => {
      answer.stack = stack ?? null;
    });
  }

  private endHang(child: ChildProcess, hungMs: number): void {
    const { log } = this.options;
    const { stack = null } = this.stacks.get(child) ?? {};
    this.hangs.set(child, { hungMs, stack });
    log.error({ child: child.name, childPid: child.pid, hungMs, stack }, 'process hangs: killed');
    child.kill();
  }
}
