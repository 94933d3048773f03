// Supervision as in OTP: starts children, starts again what dies, and gives up when that is too often.

import { checkDuration } from '../../protocol/timers.ts';
import type { Child, ChildSpec, Exit, SupervisorOptions } from './child-spec.ts';

interface Slot {
  /** Among those that were ever added. */
  readonly order: number;
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
  private added = 0;
  /** Children of this order and above are being stopped, to be started again. */
  private pausedFrom = Number.POSITIVE_INFINITY;
  private pausedUntil = 0;
  private cancelResume: (() => void) | undefined;
  /** Deaths in a row of temporary children that came soon after the start. */
  private quickTemporaries = 0;
  /** Those that have left their place to another and have not ended yet. */
  private readonly leaving = new Map<Child, PromiseWithResolvers<void>>();
  private isOver = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
  }

  /** Starts a child and keeps it.
   *  @throws {Error} for an id that is in use; {RangeError} for a `shutdownMs` that is no time. */
  add(spec: ChildSpec): void {
    if (this.slots.has(spec.id)) throw new Error(`there is a child ${spec.id} already`);
    checkDuration('shutdownMs', spec.shutdownMs);
    const slot: Slot = {
      order: ++this.added,
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
    if (this.isPaused(slot)) return;
    try {
      this.launch(slot);
    } catch (error) {
      this.slots.delete(spec.id);
      throw error;
    }
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
    await Promise.all([...this.leaving.values()].map(({ promise }) => promise));
  }

  /** Kills every child at once. */
  destroy(): void {
    this.isOver = true;
    this.cancelResume?.();
    for (const slot of this.slots.values()) {
      slot.cancelTimer?.();
      slot.child?.kill();
    }
    for (const child of this.leaving.keys()) child.kill();
  }

  private start(slot: Slot): void {
    try {
      this.launch(slot);
    } catch (error) {
      this.exited(slot, { code: 1, signal: null, error });
    }
  }

  private launch(slot: Slot): void {
    slot.cancelTimer = undefined;
    if (this.isOver) return;
    slot.startedAt = this.options.clock.now();
    let hasLeft: (() => void) | undefined;
    slot.child = slot.spec.start(
      (exit) => (hasLeft ? hasLeft() : this.exited(slot, exit)),
      () => {
        hasLeft ??= this.left(slot);
      },
    );
  }

  /** @returns what is to be called when the child has ended; undefined where it has not left. */
  private left(slot: Slot): (() => void) | undefined {
    const { child, cancelTimer } = slot;
    if (!child || !slot.renewing || slot.stopping || this.isPaused(slot) || this.isOver) return;
    const gone = Promise.withResolvers<void>();
    this.leaving.set(child, gone);
    slot.renewing = false;
    this.start(slot);
    return () => {
      cancelTimer?.();
      this.leaving.delete(child);
      gone.resolve();
    };
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
      this.proceed();
      return;
    }
    if (this.isPaused(slot) && !this.isOver) {
      if (!slot.renewing) this.options.died(spec, exit, 0);
      slot.renewing = false;
      this.proceed();
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
    const delayMs = this.isOneTooMany(exit) ? undefined : backoffMs(slot.quickDeaths++);
    this.options.died(spec, exit, delayMs);
    if (delayMs === undefined) {
      this.giveUp();
      return;
    }
    slot.restarts++;
    if (this.options.strategy === 'rest-for-one') this.pause(slot.order, delayMs);
    else slot.cancelTimer = this.options.clock.after(delayMs, () => this.start(slot));
  }

  private isPaused(slot: Slot): boolean {
    return slot.order >= this.pausedFrom;
  }

  private pause(from: number, delayMs: number): void {
    this.pausedFrom = Math.min(this.pausedFrom, from);
    this.pausedUntil = Math.max(this.pausedUntil, this.options.clock.now() + delayMs);
    for (const slot of this.slots.values()) {
      // One that is about to be started; a temporary one is about to be forgotten.
      if (!this.isPaused(slot) || slot.child || slot.spec.restart === 'temporary') continue;
      slot.cancelTimer?.();
      slot.cancelTimer = undefined;
    }
    this.proceed();
  }

  /** Stops the last of those that are paused and run; where none runs, lets them be started. */
  private proceed(): void {
    this.cancelResume?.();
    if (this.pausedFrom === Number.POSITIVE_INFINITY || this.isOver) return;
    const { clock } = this.options;
    const slot = [...this.slots.values()].findLast((slot) => this.isPaused(slot) && slot.child);
    const child = slot?.child;
    if (!slot || !child) {
      this.cancelResume = clock.after(Math.max(0, this.pausedUntil - clock.now()), this.resume);
    } else if (!slot.renewing && !slot.stopping) {
      slot.renewing = true;
      slot.cancelTimer = clock.after(slot.spec.shutdownMs, () => child.kill());
      child.stop();
    }
  }

  private readonly resume = (): void => {
    const paused = [...this.slots.values()].filter((slot) => this.isPaused(slot));
    this.pausedFrom = Number.POSITIVE_INFINITY;
    this.cancelResume = undefined;
    for (const slot of paused) {
      if (slot.spec.restart === 'permanent') this.start(slot);
      else if (!slot.cancelTimer) this.forget(slot);
    }
  };

  private temporaryDied(slot: Slot, exit: Exit): void {
    this.options.died(slot.spec, exit, undefined);
    const isSteady = this.isSteady(slot);
    if (isSteady) this.quickTemporaries = 0;
    else if (this.isOneTooMany(exit)) {
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
  private isOneTooMany({ code, signal }: Exit): boolean {
    // The system has not started it.
    if (code === null && signal === null) return false;
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
