// Bounds what waits for one worker: copies of rooms stop growing where a link is congested, but events, answers and
// refusals cannot be left out. A worker that does not read them ends up here, and so does a connection that is none.

/** Bytes that may wait for a worker for `UNREAD_MS_MAX`: a worker that reads takes that in a second or two, as after
 *  a start, when it is given all rooms at once. */
export const UNREAD_BYTES_MAX = 67_108_864;
export const UNREAD_MS_MAX = 5000;
/** Bytes that may wait at any time. */
export const UNREAD_BYTES_CUT = 268_435_456;
/** Time for a worker to say which one it is, which it does as soon as it is connected. */
export const PRESENT_MS_MAX = 10_000;

/** `unread`: the worker has not read what waits for it. `silent`: the connection has not said whose it is. */
export type LinkFault = 'unread' | 'silent';

/** What the log says of each. */
export const linkFaultTexts: Readonly<Record<LinkFault, string>> = {
  unread:
    'a worker does not read what waits for it, so its link was ended: its clients have missed events, and are welcomed ' +
    'again when it comes back or is replaced; if this repeats, give the server more processors and --workers, or have ' +
    'games send less',
  silent:
    'a connection to the coordinator has not said which worker it is, and was ended: find the program that connects',
};

export class LinkWatch {
  private readonly openedAt: number;
  /** Since when more has waited than may. */
  private fullSince: number | undefined;

  constructor(now: number) {
    this.openedAt = now;
  }

  /** To be called several times a second.
   *  @returns why the link must end; undefined where it goes on. */
  check(now: number, unsentBytes: number, isPresent: boolean): LinkFault | undefined {
    if (!isPresent && now - this.openedAt > PRESENT_MS_MAX) return 'silent';
    if (unsentBytes <= UNREAD_BYTES_MAX) {
      this.fullSince = undefined;
      return undefined;
    }
    this.fullSince ??= now;
    const isTooLong = now - this.fullSince >= UNREAD_MS_MAX;
    return isTooLong || unsentBytes > UNREAD_BYTES_CUT ? 'unread' : undefined;
  }
}
