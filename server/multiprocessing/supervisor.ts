// Supervision as in OTP: starts children, starts again what dies, and gives up when that is too often.

import { checkDuration } from '../../protocol/timers.ts';
import type { Child, ChildSpec, Exit, SupervisorOptions } from './child-spec.ts';
import { type DeathRecord, RestartPolicy } from './restart-policy.ts';

interface Slot {
  /** Among those that were ever added. */
  readonly order: number;
  readonly spec: ChildSpec;
  child: Child | undefined;
  restarts: number;
  startedAt: number;
  readonly record: DeathRecord;
  stopping: boolean;
  /** It is stopped to be started again. */
  renewing: boolean;
  cancelTimer: (() => void) | undefined;
  /** Resolved when the child has ended for good. */
  readonly gone: PromiseWithResolvers<void>;
}

/** A child that has ended; undefined where it was not started. */
interface Ended {
  readonly child: Child | undefined;
  readonly exit: Exit;
}

/** Invariant: a slot has a child, or a timer that will start one, or is stopping, or is temporary
 *  and about to be removed, perhaps by a timer, or the supervisor has given up. */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly slots = new Map<string, Slot>();
  private readonly policy: RestartPolicy;
  private added = 0;
  /** Children of this order and above are being stopped, to be started again. */
  private pausedFrom = Number.POSITIVE_INFINITY;
  private pausedUntil = 0;
  private cancelResume: (() => void) | undefined;
  /** Of all temporary children together: each is another one. */
  private readonly temporaries = RestartPolicy.newRecord();
  /** Those that have left their place to another and have not ended yet. */
  private readonly leaving = new Map<Child, PromiseWithResolvers<void>>();
  private isOver = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.policy = new RestartPolicy(options);
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
      record: RestartPolicy.newRecord(),
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

  /** Starts a permanent child now that waits for its back-off, unless it has ended before it did its work.
   *  @returns whether it is being started. */
  hasten(id: string): boolean {
    const slot = this.slots.get(id);
    if (!slot?.cancelTimer || slot.child || slot.stopping || this.isOver) return false;
    if (slot.spec.restart !== 'permanent' || slot.record.falseStarts > 0) return false;
    slot.cancelTimer();
    this.start(slot);
    return true;
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
    const ended: Ended = { child: slot.child, exit };
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
      this.temporaryDied(slot, ended);
      return;
    }
    const delayMs = this.delayAfter(slot, slot.record, ended);
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

  private temporaryDied(slot: Slot, ended: Ended): void {
    this.options.died(slot.spec, ended.exit, undefined);
    const delayMs = this.delayAfter(slot, this.temporaries, ended);
    if (delayMs === undefined) {
      // In this order, so that no other is started.
      this.giveUp();
      this.forget(slot);
    } else if (delayMs === 0) this.forget(slot);
    else slot.cancelTimer = this.options.clock.after(delayMs, () => this.forget(slot));
  }

  /** @returns the delay until the next start; undefined where there were too many deaths. */
  private delayAfter(
    { spec, startedAt }: Slot,
    record: DeathRecord,
    ended: Ended,
  ): number | undefined {
    const { clock, isAwaited } = this.options;
    return this.policy.delayMs(record, {
      exit: ended.exit,
      livedMs: clock.now() - startedAt,
      restart: spec.restart,
      hasServed: ended.child?.hasServed ?? false,
      isAwaited: isAwaited?.(spec) ?? false,
      childCount: this.slots.size,
    });
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
