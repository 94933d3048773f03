// Decides whether a thread hangs: by its progress and the processor time it had, not by a clock alone.
import type { ThreadTimes } from './thread-times.ts';

export interface Sample {
  /** Steady, in ms. */
  readonly atMs: number;
  /** Any change counts as progress. */
  readonly progress: number;
  /** Undefined where the system does not tell: time alone decides then. */
  readonly times: ThreadTimes | undefined;
}

/** `loop`: it computes without an end; `blocked`: it waits in a call that does not return; `stopped`: a
 *  signal or a debugger has stopped it. */
export type HangCause = 'loop' | 'blocked' | 'stopped';

/** What a thread has done since its last progress. */
export interface Stretch {
  /** The time that counts: on a processor, or asleep. Neither what it waited for a processor nor for the
   *  disk: another process at its place would wait as well. */
  readonly heldMs: number;
  /** Of that, on a processor. */
  readonly cpuMs: number;
  readonly cause: HangCause;
}

/** States in which a thread could not go on by itself, though it wants to: it waits for a processor, or
 *  for the disk. */
const HELD_UP = ['R', 'D'];
/** Stopped by a signal, or by a tracer. */
const STOPPED = ['T', 't'];
/** A sample that comes later than this many intervals says that the observer was held up as well, as on a
 *  machine that was suspended: the time between is not the thread's. */
const INTERVALS_MAX = 2;

export const isHeldUp = (times: ThreadTimes | undefined): boolean =>
  times !== undefined && HELD_UP.includes(times.state);

export class Judge {
  private readonly intervalMs: number;
  private previous: Sample | undefined;
  private heldMs = 0;
  private cpuMs = 0;

  /** @param intervalMs between two samples. */
  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** @returns undefined where there was progress since the last sample. */
  look(sample: Sample): Stretch | undefined {
    const { previous } = this;
    this.previous = sample;
    if (!previous || previous.progress !== sample.progress) {
      this.heldMs = 0;
      this.cpuMs = 0;
      return undefined;
    }
    const passedMs = Math.min(sample.atMs - previous.atMs, INTERVALS_MAX * this.intervalMs);
    this.add(passedMs, previous.times, sample.times);
    return { heldMs: this.heldMs, cpuMs: this.cpuMs, cause: this.causeOf(sample) };
  }

  private add(passedMs: number, from: ThreadTimes | undefined, to: ThreadTimes | undefined): void {
    if (!from || !to) {
      this.heldMs += passedMs;
      return;
    }
    const cpuMs = Math.max(0, to.cpuMs - from.cpuMs);
    const asleepMs = passedMs - cpuMs - Math.max(0, to.waitMs - from.waitMs);
    this.cpuMs += cpuMs;
    this.heldMs += cpuMs;
    if (!isHeldUp(to)) this.heldMs += Math.max(0, asleepMs);
  }

  private causeOf({ times }: Sample): HangCause {
    if (times && STOPPED.includes(times.state)) return 'stopped';
    return times && this.cpuMs < this.heldMs / 2 ? 'blocked' : 'loop';
  }
}
