// What a supervisor is given: children as data, the time, and whom to tell.
import { Timer } from '../../protocol/timers.ts';

/** Time as a supervisor sees it, so that a test can give it its own. */
export interface Clock {
  /** Milliseconds, steady. */
  now(): number;
  /** Calls `run` once, after `ms` however many these are; never with `Infinity`.
   *  @returns a function that calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = new Timer(ms, run);
    return () => timer.stop();
  },
};

/** How a process ended; both are null where the system has not started it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** What `start` has thrown, where it did. */
  readonly error?: unknown;
}

/** A running child. */
export interface Child {
  /** Asks it to finish. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
  /** Whether it has done its work, be it for a moment; matters only with `isAwaited`. */
  readonly hasServed?: boolean;
}

/** One child, as data. */
export interface ChildSpec<C extends Child = Child> {
  readonly id: string;
  /** Starts it, or throws, which counts as an exit with code 1 except in `add`, which throws it too;
   *  `exited` is to be called once, when it has ended. `left` may be called before, when it
   *  has let go of everything that the next one needs: a child that is renewed is started again then,
   *  and has as long to end as one that is stopped. */
  start(exited: (exit: Exit) => void, left: () => void): C;
  /** `permanent`: is started again whenever it ends; `temporary`: never. A temporary child that dies
   *  soon after its start counts as a restart all the same: its owner would start another. */
  readonly restart: 'permanent' | 'temporary';
  /** How long it may take from `stop` to its end; it is killed then. `Infinity`: it is never killed. */
  readonly shutdownMs: number;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  /** Who is started again when a permanent child ends: it alone (the default); or it and all that
   *  were added after it, which are stopped first, in reverse order. */
  readonly strategy?: 'one-for-one' | 'rest-for-one';
  /** More restarts than this within `restartPeriodMs` are too many, and so are more deaths of one child in a
   *  row, each within five seconds of its start: the supervisor gives up. A process that the system has not
   *  started does not count: its code is not at fault, and it is tried again. */
  readonly restartsMax: number;
  /** As many restarts for each child are never too many within the period, also where that is above
   *  `restartsMax`: the death of all children at once, for a reason outside of them, is survived.
   *  @default 0 */
  readonly restartsPerChildMax?: number;
  readonly restartPeriodMs: number;
  /** Whether this end is not the child's fault either. */
  isExcused?(exit: Exit): boolean;
  /** Whether someone waits for this child, which has just ended, and no other can stand in. One that has
   *  served is started again at once then. */
  isAwaited?(spec: ChildSpec): boolean;
  /** A child has ended without being asked to; `delayMs`: when it is started again. */
  died(spec: ChildSpec, exit: Exit, delayMs: number | undefined): void;
  /** A child is gone for good: it was stopped, or is temporary. Its id is free. Told later where
   *  temporary children die soon and again. Not called any more once the supervisor stops. */
  ended?(spec: ChildSpec): void;
  /** Too many restarts: nothing is started any more. Called once. */
  gaveUp(): void;
}
