// What a process says of a task that failed, and what cannot be sent to it, as errors.
import { MessageTooLargeError, ProcessError } from './errors.ts';
import { FrameTooLarge, frameOf } from './frame.ts';
import type { FromChild, ToChild } from './messages.ts';
import { errorOf } from './remote-error.ts';

export type Failure = Extract<
  FromChild,
  readonly ['failed' | 'tooLarge' | 'notCloneable', ...unknown[]]
>;

/** @param subject which process, or of which pool. */
export function failureOf(subject: string, [type, , detail]: Failure): Error {
  if (type === 'tooLarge') return new MessageTooLargeError(`the result of ${subject}`, detail);
  if (type === 'notCloneable') {
    return new ProcessError('NOT_CLONEABLE', `the result of ${subject}`, errorOf(detail));
  }
  return new ProcessError('TASK_FAILED', subject, errorOf(detail), detail.stack);
}

/** Why the arguments did not go out. */
export function unsendableOf(subject: string, error: unknown): Error {
  if (error instanceof FrameTooLarge) {
    return new MessageTooLargeError(`what goes to ${subject}`, error.bytes);
  }
  return new ProcessError('NOT_CLONEABLE', `what goes to ${subject}`, error);
}

/** The first frame of a process.
 *  @throws {ProcessError} `NOT_CLONEABLE`; {MessageTooLargeError}. */
export function birthFrame(subject: string, message: ToChild): Buffer {
  try {
    return frameOf([message]);
  } catch (error) {
    throw unsendableOf(subject, error);
  }
}
