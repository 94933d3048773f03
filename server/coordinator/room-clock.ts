// The time of one room: the calendar's, except that it never goes back.
import { performance } from 'node:perf_hooks';

/** While the calendar is behind the room, the room's time passes at this rate until both agree. At rate 0,
 *  every timer of a game would stand still for an hour when the clock is set back by one. */
const SLOWED = 0.9;

export class RoomClock {
  /** The latest time at which room and calendar agreed, or that an earlier process has written down; and the
   *  steady clock's time then. */
  private from: number;
  private at = performance.now();

  /** @param now the room's time so far, in ms since 1970. */
  constructor(now: number) {
    this.from = now;
  }

  /** @returns the time of the next batch, in ms since 1970; to be written down with it. */
  next(): number {
    const at = performance.now();
    const calendar = Date.now();
    const least = this.from + Math.floor((at - this.at) * SLOWED);
    if (calendar < least) return least;
    this.from = calendar;
    this.at = at;
    return calendar;
  }
}
