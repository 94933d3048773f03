// Outputs: what a room says to the outside when it is fed a batch of inputs.
import { type SettledEffect, shown } from '../games/index.ts';
import type { Answer } from './answer.ts';
import type { OutboxEffect } from './outbox.ts';

/** A player that the game gave no place. */
export interface TurnedAway {
  readonly player: number;
  readonly code: string;
  readonly text: string;
}

/** Game code that was called for a player and did not end well. Its changes were taken back. */
interface Undone {
  readonly part: 'command' | 'join' | 'leave' | 'settled';
  readonly player: number;
  /** The command's name. */
  readonly command?: string;
  /** What was settled. */
  readonly effect?: SettledEffect;
}

/** The game threw, or returned what it must not. */
export interface Failure extends Undone {
  readonly error: unknown;
}

/** A call of game code, and what it has changed: such as `painter 3 x` and `state.gold`. */
export interface ChangesOfCall extends Undone {
  readonly changes: readonly string[];
}

/** What a batch of inputs made the room say, in order. */
export interface Outputs {
  /** `player` 0: to everyone in the room. */
  readonly events: { readonly player: number; readonly name: string; readonly data: unknown }[];
  readonly answers: { readonly player: number; readonly seq: number; readonly answer: Answer }[];
  /** Players who have got a place in this batch. */
  readonly joined: number[];
  /** Players whose avatar or sight is another after this batch. */
  views: readonly number[];
  /** Players whom `join` gave no place in this batch. In a game with matches one such player ends the room. */
  turnedAway: readonly TurnedAway[];
  /** Where the game failed, for the log. */
  readonly failures: Failure[];
  /** Where the game refused after it had changed something: for the log, where it was asked for. */
  readonly undone: ChangesOfCall[];
  /** Where the game changed its memory by a reference from an earlier call: likewise. */
  readonly stale: ChangesOfCall[];
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
    turnedAway: [],
    failures: [],
    undone: [],
    stale: [],
    effects: [],
    ended: undefined,
  };
}

/** @throws {RangeError} for what the wire does not take as an event's name. */
export function checkEventName(name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) {
    throw new RangeError(`an event’s name has letters, digits, - and _, but got ${shown(name)}`);
  }
}
