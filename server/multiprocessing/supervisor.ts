// Supervision as in OTP: starts children, starts again what dies, and gives up when that is too often.

/** Time as a supervisor sees it, so that a test can give it its own. */
export interface Clock {
  /** Milliseconds, steady. */
  now(): number;
  /** @returns a function that calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running child. */
export interface Child {
  /** Asks it to finish. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

/** One child, as data. */
export interface ChildSpec<C extends Child = Child> {
  readonly id: string;
  /** Starts it; `exited` is to be called once, when it has ended. */
  start(exited: (exit: Exit) => void): C;
  /** `permanent`: is started again whenever it ends; `temporary`: never. A temporary child that dies
   *  soon after its start counts as a restart all the same: its owner would start another. */
  readonly restart: 'permanent' | 'temporary';
  /** How long it may take from `stop` to its end; it is killed then. */
  readonly shutdownMs: number;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  /** More restarts than this within `restartPeriodMs` are too many: the supervisor gives up. */
  readonly restartsMax: number;
  readonly restartPeriodMs: number;
  /** A child has ended without being asked to; `delayMs`: when it is started again. */
  died(spec: ChildSpec, exit: Exit, delayMs: number | undefined): void;
  /** A child is gone for good: it was stopped, or is temporary. Its id is free. Told later where
   *  temporary children die soon and again. Not called any more once the supervisor stops. */
  ended?(spec: ChildSpec): void;
  /** Too many restarts: nothing is started any more. Called once. */
  gaveUp(): void;
}

interface Slot {
  readonly spec: ChildSpec;
  child: Child | undefined;
  restarts: number;
  startedAt: number;
  /** Deaths in a row that came soon after the start. */
  quickDeaths: number;
  stopping: boolean;
  /** It is stopped to be started again. */
  renewing: boolean;
  cancelTimer: (() => void) | undefined;
  /** Resolved when the child has ended for good. */
  readonly gone: PromiseWithResolvers<void>;
}

/** A child that has lived for so long is started again at once. */
const STEADY_MS = 5000;
/** One that dies sooner, and again, waits: twice as long each time. */
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;

/** Invariant: a slot has a child, or a timer that will start one, or is stopping, or is temporary
 *  and about to be removed, perhaps by a timer, or the supervisor has given up. */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly slots = new Map<string, Slot>();
  /** When the restarts within the period were. */
  private recent: number[] = [];
  /** Deaths in a row of temporary children that came soon after the start. */
  private quickTemporaries = 0;
  private isOver = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
  }

  /** Starts a child and keeps it.
   *  @throws {Error} for an id that is in use. */
  add(spec: ChildSpec): void {
    if (this.slots.has(spec.id)) throw new Error(`there is a child ${spec.id} already`);
    const slot: Slot = {
      spec,
      child: undefined,
      restarts: 0,
      startedAt: 0,
      quickDeaths: 0,
      stopping: false,
      renewing: false,
      cancelTimer: undefined,
      gone: Promise.withResolvers(),
    };
    this.slots.set(spec.id, slot);
    this.start(slot);
  }

  restartsOf(id: string): number {
    return this.slots.get(id)?.restarts ?? 0;
  }

  /** Stops one child and starts it again when it has ended, which counts as no restart. A child
   *  that is about to be started again in any case is not waited for. */
  renew(id: string): void {
    const slot = this.slots.get(id);
    if (!slot || slot.stopping || slot.renewing || this.isOver) return;
    const { child, spec } = slot;
    if (!child) return;
    slot.renewing = true;
    slot.cancelTimer = this.options.clock.after(spec.shutdownMs, () => child.kill());
    child.stop();
  }

  /** Stops one child for good. */
  remove(id: string): void {
    const slot = this.slots.get(id);
    if (slot) this.stopSlot(slot);
  }

  /** Stops the children in the reverse of the order in which they were added, each when the one
   *  before it has ended. Resolves when all have. */
  async stop(): Promise<void> {
    this.isOver = true;
    for (const slot of [...this.slots.values()].reverse()) {
      // Another may have ended by itself while this one was waited for.
      if (this.slots.get(slot.spec.id) === slot) this.stopSlot(slot);
      await slot.gone.promise;
    }
  }

  /** Kills every child at once. */
  destroy(): void {
    this.isOver = true;
    for (const slot of this.slots.values()) {
      slot.cancelTimer?.();
      slot.child?.kill();
    }
  }

  private start(slot: Slot): void {
    slot.cancelTimer = undefined;
    if (this.isOver) return;
    slot.startedAt = this.options.clock.now();
    slot.child = slot.spec.start((exit) => this.exited(slot, exit));
  }

  private stopSlot(slot: Slot): void {
    const { spec, child } = slot;
    if (slot.stopping) return;
    slot.stopping = true;
    // It has been asked already, and its time runs.
    if (slot.renewing) return;
    slot.cancelTimer?.();
    if (!child) {
      this.forget(slot);
      return;
    }
    slot.cancelTimer = this.options.clock.after(spec.shutdownMs, () => child.kill());
    child.stop();
  }

  private exited(slot: Slot, exit: Exit): void {
    slot.child = undefined;
    slot.cancelTimer?.();
    slot.cancelTimer = undefined;
    const { spec } = slot;
    if (slot.stopping) {
      this.forget(slot);
      return;
    }
    if (slot.renewing) {
      slot.renewing = false;
      this.start(slot);
      return;
    }
    if (this.isOver) {
      this.options.died(spec, exit, undefined);
      this.forget(slot);
      return;
    }
    if (spec.restart === 'temporary') {
      this.temporaryDied(slot, exit);
      return;
    }
    if (this.isSteady(slot)) slot.quickDeaths = 0;
    const delayMs = this.isOneTooMany() ? undefined : backoffMs(slot.quickDeaths++);
    this.options.died(spec, exit, delayMs);
    if (delayMs === undefined) {
      this.giveUp();
      return;
    }
    slot.restarts++;
    slot.cancelTimer = this.options.clock.after(delayMs, () => this.start(slot));
  }

  private temporaryDied(slot: Slot, exit: Exit): void {
    this.options.died(slot.spec, exit, undefined);
    const isSteady = this.isSteady(slot);
    if (isSteady) this.quickTemporaries = 0;
    else if (this.isOneTooMany()) {
      // In this order: nobody is to start another.
      this.giveUp();
      this.forget(slot);
      return;
    }
    const delayMs = isSteady ? 0 : backoffMs(this.quickTemporaries++);
    if (delayMs === 0) this.forget(slot);
    else slot.cancelTimer = this.options.clock.after(delayMs, () => this.forget(slot));
  }

  private isSteady({ startedAt }: Slot): boolean {
    return this.options.clock.now() - startedAt >= STEADY_MS;
  }

  /** Counts a restart, unless there were too many. */
  private isOneTooMany(): boolean {
    const { clock, restartsMax, restartPeriodMs } = this.options;
    const now = clock.now();
    this.recent = this.recent.filter((at) => now - at < restartPeriodMs);
    if (this.recent.length >= restartsMax) return true;
    this.recent.push(now);
    return false;
  }

  private giveUp(): void {
    this.isOver = true;
    this.options.gaveUp();
  }

  private forget(slot: Slot): void {
    this.slots.delete(slot.spec.id);
    slot.gone.resolve();
    if (!this.isOver) this.options.ended?.(slot.spec);
  }
}

/** @param before deaths in a row that came soon after the start. */
function backoffMs(before: number): number {
  return before === 0 ? 0 : Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** (before - 1));
}
