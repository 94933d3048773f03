// The bounds of everything that is kept for others, and what happens at each.

/** What an object, an item, a waiting request and a reply take beside their values, about: without
 *  this, any number of small ones would fit. */
export const OVERHEAD_BYTES = 256;

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
  /** Bytes of the items or the value of one object, of the replies and waits of one owner, and of all
   *  together. What would be beyond is refused, `TOO_MANY_BYTES`; what is there, as after a restart with
   *  lower limits, stays. */
  readonly objectBytesMax: number;
  readonly ownerBytesMax: number;
  readonly bytesMax: number;
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
  objectBytesMax: 536_870_912,
  ownerBytesMax: 33_554_432,
  bytesMax: 1_073_741_824,
  leaseMsMax: 60_000,
  nameCharactersMax: 200,
};
