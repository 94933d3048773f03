// One short text for a room's whole state, so that two of them can be compared.
import { createHash } from 'node:crypto';
import { packSlice, type Saved, slicesOf } from './saved-slices.ts';

/** @param saved what `RoomState.save` gave, or the same read from a file.
 *  @returns 64 hex digits, equal for equal values; the order of an object's keys does not count.
 *  @throws {TypeError} for what is no plain value: it would not outlive a restart. */
export function stateHash(saved: Saved): string {
  const hash = createHash('sha256');
  for (const slice of slicesOf(saved)) hash.update(packSlice(slice).hashed);
  return hash.digest('hex');
}
