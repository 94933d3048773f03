// The mark of what a room's code is given, in a file in the room's folder: if the process ends, the next
// recovery knows where it was. A file of its own, for the watch thread, which loads nothing else of this.

export const MARK_FILE = 'recovering';
/** A mark is as long as any other, so that one is written over the other. */
const MARK_BYTES = 48;

/** Where a recovery was when its process ended. */
export interface Mark {
  /** Of the batch; 0 before the room was there. */
  readonly tick: number;
  /** Of the input in its batch; as many as there are: after the inputs; -1: anywhere in the batch. */
  readonly index: number;
  /** How many recoveries in a row have ended at this tick. */
  readonly times: number;
}

export function markText({ tick, index, times }: Mark): string {
  return `${tick} ${index} ${times}`.padEnd(MARK_BYTES);
}

/** Other code has its turn. */
export const NO_MARK = ' '.repeat(MARK_BYTES);

/** @returns undefined where it is none. */
export function parseMark(text: string): Mark | undefined {
  const numbers = text.split(' ', 3).map(Number);
  const [tick = Number.NaN, index = Number.NaN, times = Number.NaN] = numbers;
  return tick >= 0 && index >= -1 && times >= 1 ? { tick, index, times } : undefined;
}
