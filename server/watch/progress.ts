// The counters by which the watch thread sees that the main thread gets on with its work.

/** Shared with the watch thread. */
export const progressBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
const counters = new Int32Array(progressBuffer);

/** Marks the end of a piece of work: a message handled, a room stepped, a batch replayed. A process is
 *  hung only when no piece ends for `--hang-ms`, so that one with much to do is never taken for one in an
 *  endless loop. Costs about a nanosecond: the add needs no atomic operation, because only the main
 *  thread writes. */
export function markProgress(): void {
  counters[0] = (counters[0]! + 1) | 0;
}

/** Marks a heartbeat of the main thread: the watch thread need not send one of its own then. */
export function markBeat(): void {
  counters[1] = (counters[1]! + 1) | 0;
}
