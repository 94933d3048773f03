// What every shared object is: something with a name that owners open, hold and wait for.
import type { Context } from './context.ts';
import type { SyncErrorCode } from './errors.ts';
import { OVERHEAD_BYTES } from './limits.ts';
import type { ObjectSpec, Request } from './messages.ts';
import type { Owner } from './owner.ts';
import { sizeOf } from './plain.ts';
import {
  type GivenUp,
  Line,
  type Place,
  type SavedWaiter,
  Waiter,
  type WaitingRequest,
} from './waiters.ts';

/** Finds what saved values name. */
export interface Finder {
  owner(id: string): Owner;
}

export abstract class SyncObject implements Place {
  readonly name: string;
  readonly spec: ObjectSpec;
  /** When it was made, among the others. */
  readonly order: number;
  /** How many owners have it open. */
  openers = 0;
  /** What it takes: itself, its items or its value. */
  bytes = 0;
  protected readonly context: Context;

  constructor(context: Context, name: string, spec: ObjectSpec, order: number) {
    this.context = context;
    this.name = name;
    this.spec = spec;
    this.order = order;
    this.charge(OVERHEAD_BYTES + sizeOf(spec));
  }

  /** Whether there is something to keep although nobody has it open. */
  get holdsSomething(): boolean {
    return false;
  }

  abstract apply(owner: Owner, input: Request): void;

  /** The reply to who opens it. `spec` is what it was asked for with. */
  opened(_spec: ObjectSpec): unknown {
    return this.look();
  }

  /** What anyone may know of it: plain. */
  abstract look(): unknown;

  charge(bytes: number): void {
    this.bytes += bytes;
    this.context.bytes += bytes;
  }

  /** The owner has nothing of it any more; it has no waits here then.
   *  @param clean whether it said so itself. */
  abstract release(owner: Owner, clean: boolean): void;

  /** Why the owner must not close it now; undefined where it may. */
  needOf(_owner: Owner): SyncErrorCode | undefined {
    return undefined;
  }

  /** Another object, which may change with this one. */
  get changesToo(): SyncObject | undefined {
    return undefined;
  }

  /** Nobody has it any more. */
  forgotten(): void {}

  /** The grace period after a restart has ended. */
  graceIsOver(): void {}

  /** All that it remembers beside `spec`: plain, and the same however the object changes. */
  abstract save(): unknown;
  abstract load(saved: unknown, find: Finder): void;

  giveUp(waiter: Waiter, why: GivenUp): void {
    this.context.leave(waiter);
    if (why !== 'gone') this.context.fail(waiter.owner, waiter.input, this.codeFor(waiter, why));
  }

  /** The code with which a wait ends. */
  protected codeFor(_waiter: Waiter, why: Exclude<GivenUp, 'gone'>): SyncErrorCode {
    return why;
  }

  /** A request that cannot be served now waits, unless it said that it would not. */
  protected waitOr(code: SyncErrorCode, line: Line, owner: Owner, input: WaitingRequest): void {
    if (input.timeoutMs === 0) this.context.fail(owner, input, code);
    else this.context.wait(line, owner, input);
  }

  protected newLine(): Line {
    return new Line(this);
  }

  protected refuseKind(owner: Owner, input: Request): void {
    const { kind } = this.spec;
    this.context.fail(owner, input, 'WRONG_KIND', `${this.name} is a ${kind}: no ${input.kind}`);
  }

  protected loadLine(line: Line, saved: readonly SavedWaiter[], find: Finder): void {
    for (const one of saved) this.context.enter(line, Waiter.restore(one, find.owner(one.owner)));
  }
}

export const saveLine = (line: Line): SavedWaiter[] => [...line].map((waiter) => waiter.save());
