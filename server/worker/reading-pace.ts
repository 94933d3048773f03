// How fast one client is read: at a rate, and no further ahead of its answers than a bound.
import type { Config } from '../config.ts';
import { TokenBucket } from '../limits/index.ts';

/** Times the rate that may be read at once. */
const BURST_SECONDS = 2;
/** A client that is throttled is told so at most this often. */
const NOTICE_MS = 5000;

export class ReadingPace {
  /** The client is not read. */
  isHeld = false;
  private readonly config: Config;
  private readonly bucket: TokenBucket;
  /** The last message was read without a token: one is to be taken before the next. */
  private owes = false;
  private noticeAt = Number.NEGATIVE_INFINITY;

  constructor(config: Config, now: number) {
    this.config = config;
    const { commandsPerSecond } = config;
    this.bucket = new TokenBucket(commandsPerSecond, commandsPerSecond * BURST_SECONDS, now);
  }

  /** A message was read.
   *  @returns whether it came faster than the rate. */
  isTooFast(now: number): boolean {
    this.owes = !this.bucket.take(now);
    return this.owes;
  }

  /** Whether so many unanswered commands are as many as may be. */
  isTooFarAhead(inFlight: number): boolean {
    return inFlight >= this.config.inFlightMax;
  }

  /** Whether the next message may be read; takes what it owes for the last one. */
  mayResume(now: number, inFlight: number): boolean {
    if (this.isTooFarAhead(inFlight)) return false;
    if (this.owes && !this.bucket.take(now)) return false;
    this.owes = false;
    return true;
  }

  /** Whether the client is to be told that it is throttled. */
  noticeDue(now: number): boolean {
    if (now - this.noticeAt < NOTICE_MS) return false;
    this.noticeAt = now;
    return true;
  }
}
