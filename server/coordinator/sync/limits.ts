// The bounds of everything that is kept for others, and what happens at each.

export interface SyncLimits {
  /** Requests that wait in one line of one object; one more is refused, `TOO_MANY_WAITERS`. */
  readonly waitersMax: number;
  /** Items in a queue without a bound of its own; a put beyond waits, or is refused, `FULL`. */
  readonly itemsMax: number;
  /** Items of one queue that one owner has not confirmed; one more is refused,
   *  `TOO_MANY_UNCONFIRMED`. */
  readonly unconfirmedMax: number;
  /** Named objects; one more is refused, `TOO_MANY_OBJECTS`. */
  readonly objectsMax: number;
  /** Replies kept until their owner has received them; the oldest are dropped. An owner that lacks
   *  one of those when it attaches again is given up, and begins anew. */
  readonly repliesMax: number;
  /** Size of one value, about as it is packed; a larger one is refused, `MESSAGE_TOO_LARGE`. */
  readonly valueBytesMax: number;
  /** Longest lease. */
  readonly leaseMsMax: number;
  readonly nameCharactersMax: number;
}

export const syncLimits: SyncLimits = {
  waitersMax: 10_000,
  itemsMax: 100_000,
  unconfirmedMax: 10_000,
  objectsMax: 100_000,
  repliesMax: 4096,
  valueBytesMax: 1_048_576,
  leaseMsMax: 60_000,
  nameCharactersMax: 200,
};
