// Splits messages into frames of a bounded size.

/** A receiver handles all messages of one frame without a pause. */
export const FRAME_MESSAGES_MAX = 1024;

/** @returns the messages in parts. A part is one message, or it has at most `bytesMax` bytes and
 *  `FRAME_MESSAGES_MAX` messages. */
export function* partsOf(messages: unknown[], bytesMax: number): Generator<unknown[]> {
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < messages.length; i++) {
    const more = bytesAtMost(messages[i]);
    if ((bytes + more > bytesMax && i > from) || i - from === FRAME_MESSAGES_MAX) {
      yield messages.slice(from, i);
      from = i;
      bytes = 0;
    }
    bytes += more;
  }
  yield from === 0 ? messages : messages.slice(from);
}

/** @returns an upper bound for a packed value; most values are small numbers and short words in an array. */
function bytesAtMost(value: unknown): number {
  if (typeof value === 'string') return 5 + 3 * value.length;
  if (typeof value !== 'object' || value === null) return 9;
  if (value instanceof Uint8Array) return 5 + value.byteLength;
  let bytes = 5;
  if (Array.isArray(value)) for (const member of value) bytes += bytesAtMost(member);
  else for (const key in value) bytes += 200 + bytesAtMost((value as Record<string, unknown>)[key]);
  return bytes;
}
