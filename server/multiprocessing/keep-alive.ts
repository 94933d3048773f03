// Keeps this process from ending while something is waited for, and only then.
import { TIMER_MS_MAX } from '../../protocol/timers.ts';

/** The processes themselves never do: a handle that is asked for each task costs more than this. */
export class KeepAlive {
  private holders = 0;
  private timer: NodeJS.Timeout | undefined;

  hold(): void {
    this.holders++;
    if (this.timer) this.timer.ref();
    else this.timer = setInterval(() => {}, TIMER_MS_MAX);
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.timer?.unref();
  }

  /** Nothing will be waited for any more. */
  close(): void {
    clearInterval(this.timer);
  }

  /** Holds until `promise` is settled. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.hold();
    try {
      return await promise;
    } finally {
      this.release();
    }
  }
}
