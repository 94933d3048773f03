// Outputs: what a room says to the outside when it is fed a batch of inputs.
import type { Answer } from './answer.ts';
import type { OutboxEffect } from './outbox.ts';

/** What a batch of inputs made the room say, in order. */
export interface Outputs {
  /** `player` 0: to everyone in the room. */
  readonly events: { readonly player: number; readonly name: string; readonly data: unknown }[];
  readonly answers: { readonly player: number; readonly seq: number; readonly answer: Answer }[];
  /** Players who have got a place in this batch. */
  readonly joined: number[];
  /** Players whose avatar or sight is another after this batch. */
  views: readonly number[];
  /** Commands on which the game failed, for the log. */
  readonly failures: { readonly player: number; readonly name: string; readonly error: unknown }[];
  /** Effects on accounts, which are now to be handed over. */
  effects: readonly OutboxEffect[];
  /** Why the room is over, when it is. */
  ended: string | undefined;
}

/** Rows for those who hold a copy of the room; the bytes are the receiver's. */
export interface Changes {
  readonly left: Buffer;
  readonly entered: Buffer;
  readonly changed: Buffer;
}

export function newOutputs(): Outputs {
  return {
    events: [],
    answers: [],
    joined: [],
    views: [],
    failures: [],
    effects: [],
    ended: undefined,
  };
}

/** @throws {RangeError} for what the wire does not take as an event's name. */
export function checkEventName(name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) {
    throw new RangeError(`an event’s name has letters, digits, - and _, but got ${name}`);
  }
}
