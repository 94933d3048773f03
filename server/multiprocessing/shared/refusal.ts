// The error that a request which the coordinator refuses is told by.
import type { SyncErrorCode } from '../../coordinator/sync/index.ts';
import {
  BrokenBarrierError,
  DeadlockError,
  MessageTooLargeError,
  type MultiprocessingError,
  SyncError,
  TimeoutError,
} from '../errors.ts';

/** @param detail what in particular, as the coordinator says it; may be ''. */
export function refusal(
  code: SyncErrorCode,
  { name, timeoutMs }: { readonly name: string; readonly timeoutMs?: number | null },
  detail = '',
): MultiprocessingError {
  switch (code) {
    case 'TIMEOUT':
    case 'FULL':
    case 'EMPTY':
      return new TimeoutError(name, timeoutMs ?? 0, code);
    case 'DEADLOCK':
      return new DeadlockError(name, detail);
    case 'BROKEN_BARRIER':
      return new BrokenBarrierError(name, detail);
    case 'MESSAGE_TOO_LARGE':
      return new MessageTooLargeError(name, undefined, detail);
    default:
      return new SyncError(code, name, detail === name ? '' : detail);
  }
}
