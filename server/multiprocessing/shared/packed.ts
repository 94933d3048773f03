// Values of queues and shared values on their way: checked and packed in the call that gives them.
import { syncLimits } from '../../coordinator/sync/limits.ts';
import { MessageTooLargeError, SyncError } from '../errors.ts';
import {
  NotPortable,
  type Packed,
  packedBytes,
  packValue,
  unpackValue,
} from '../portable-value.ts';

/** What the coordinator counts beside the bytes of a value. */
const EXTRA_BYTES = 5;

/** @param name of the object.
 *  @throws {SyncError} `BAD_VALUE` for what would not arrive as it is; the message names its place.
 *  @throws {MessageTooLargeError} */
export function packFor(name: string, value: unknown): Packed {
  const packed = packOrRefuse(name, value);
  const bytes = packedBytes(packed);
  if (bytes + EXTRA_BYTES > syncLimits.valueBytesMax) throw new MessageTooLargeError(name, bytes);
  return packed;
}

/** @throws {SyncError} `BAD_VALUE` for bytes that no process of this version has packed. */
export function unpackFrom(name: string, packed: unknown): unknown {
  try {
    return unpackValue(packed);
  } catch (error) {
    const text = `the bytes that another process gave cannot be read: ${(error as Error).message}`;
    throw new SyncError('BAD_VALUE', name, text);
  }
}

function packOrRefuse(name: string, value: unknown): Packed {
  try {
    return packValue(value);
  } catch (error) {
    if (error instanceof NotPortable) throw new SyncError('BAD_VALUE', name, error.message);
    throw error;
  }
}
