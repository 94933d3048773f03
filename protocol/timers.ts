// Timers for any number of milliseconds: those of Node and of browsers fire after 1 ms beyond 2^31 - 1.

/** The longest wait that `setTimeout` and `setInterval` keep: 24.8 days. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/** A timer that fires once, however far away that is; with `Infinity` it never fires. */
export class Timer {
  private readonly run: () => void;
  private handle: ReturnType<typeof setTimeout> | undefined;
  private leftMs: number;
  private hasRef = true;

  /** @param ms as `isDuration` allows; a caller checks what comes from outside by `checkDuration`. */
  constructor(ms: number, run: () => void) {
    this.run = run;
    this.leftMs = ms;
    this.start();
  }

  /** It does not fire. Idempotent. */
  stop(): void {
    clearTimeout(this.handle);
  }

  /** It does not keep the process alive. */
  unref(): this {
    this.hasRef = false;
    this.handle?.unref?.();
    return this;
  }

  private start(): void {
    const ms = Math.min(this.leftMs, TIMER_MS_MAX);
    this.leftMs -= ms;
    this.handle = setTimeout(this.fire, ms);
    if (!this.hasRef) this.handle.unref?.();
  }

  private readonly fire = (): void => {
    if (this.leftMs > 0) this.start();
    else this.run();
  };
}

/** Whether a value is a time to wait in milliseconds: a number from 0 on, `Infinity` for no limit. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** @param name of the option, for the error.
 *  @throws {RangeError} for a value that is no time to wait. */
export function checkDuration(name: string, value: unknown): asserts value is number {
  if (isDuration(value)) return;
  throw new RangeError(
    `${name} must be a number of milliseconds from 0 on, or Infinity for no limit; it was ${textOf(value)}`,
  );
}

function textOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
