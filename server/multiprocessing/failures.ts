// What a process says of a task that failed, and what cannot be sent to it, as errors.
import { MessageTooLargeError, ProcessError } from './errors.ts';
import { FrameTooLarge, frameOf } from './frame.ts';
import type { FromChild, ToChild } from './messages.ts';
import { packValue, unpackValue } from './portable-value.ts';
import { errorOf } from './remote-error.ts';

export type Failure = Extract<
  FromChild,
  readonly ['failed' | 'tooLarge' | 'notCloneable', ...unknown[]]
>;

/** @param subject which process, or of which pool. */
export function failureOf(subject: string, [type, , detail]: Failure): Error {
  if (type === 'tooLarge') return new MessageTooLargeError(`the result of ${subject}`, detail);
  if (type === 'notCloneable') {
    const error = named(errorOf(detail), RESULT_AT, 'result');
    return new ProcessError('NOT_CLONEABLE', `the result of ${subject}`, error);
  }
  return new ProcessError('TASK_FAILED', subject, errorOf(detail), detail.stack);
}

/** Where messages have the arguments, and where the result. */
const ARGUMENTS_AT = /^value(\[3\]|\[2\]\.args)/;
const RESULT_AT = /^value\[2\]/;

/** The error with the place in its message as the caller knows it. */
function named(error: unknown, place: RegExp, name: string): unknown {
  if (error instanceof Error) error.message = error.message.replace(place, name);
  return error;
}

/** Why a value did not go out. */
export function unsendableOf(subject: string, error: unknown): Error {
  if (error instanceof FrameTooLarge) {
    return new MessageTooLargeError(`what goes to ${subject}`, error.bytes);
  }
  return new ProcessError('NOT_CLONEABLE', `what goes to ${subject}`, error);
}

/** Why a message with arguments did not go out. */
export function unsentArgumentsOf(subject: string, error: unknown): Error {
  return unsendableOf(subject, named(error, ARGUMENTS_AT, 'args'));
}

/** The first frame of a process.
 *  @throws {ProcessError} `NOT_CLONEABLE`; {MessageTooLargeError}. */
export function birthFrame(subject: string, message: ToChild): Buffer {
  try {
    return frameOf([message]);
  } catch (error) {
    throw unsentArgumentsOf(subject, error);
  }
}

/** A copy of arguments that are sent more than once, and that the caller may change in between.
 *  @throws {ProcessError} `NOT_CLONEABLE`. */
export function copyOfArguments(subject: string, args: readonly unknown[]): readonly unknown[] {
  try {
    return unpackValue(packValue(args)) as readonly unknown[];
  } catch (error) {
    throw unsendableOf(subject, named(error, /^value/, 'args'));
  }
}
