// A token bucket for each key (an account, an address), in bounded memory.
import { TokenBucket } from './token-bucket.ts';

export interface TokenBucketsOptions {
  readonly perSecond: number;
  /** Tokens of a key that has not been seen for a while. */
  readonly capacity: number;
  /** Above this number of keys, the key that was used longest ago is forgotten, and begins again with
   *  a full bucket. */
  readonly keysMax?: number;
}

const KEYS_MAX = 100_000;
/** Keys that may be forgotten for each new one: two, so that the table shrinks after a flood. */
const FORGOTTEN_AT_ONCE = 2;

interface Entry {
  readonly bucket: TokenBucket;
  usedAt: number;
}

export class TokenBuckets {
  private readonly perSecond: number;
  private readonly capacity: number;
  private readonly keysMax: number;
  /** A bucket that was not used for this time is full, so its key can be forgotten. */
  private readonly fullMs: number;
  /** The key that was used longest ago comes first. */
  private readonly entries = new Map<string, Entry>();

  constructor({ perSecond, capacity, keysMax = KEYS_MAX }: TokenBucketsOptions) {
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.keysMax = keysMax;
    this.fullMs = (capacity / perSecond) * 1000;
  }

  get size(): number {
    return this.entries.size;
  }

  /** As `TokenBucket.take`. */
  take(key: string, now: number, count = 1): boolean {
    return this.bucketOf(key, now).take(now, count);
  }

  /** As `TokenBucket.reserve`. */
  reserve(key: string, now: number): number {
    return this.bucketOf(key, now).reserve(now);
  }

  private bucketOf(key: string, now: number): TokenBucket {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      known.usedAt = now;
      this.entries.set(key, known);
      return known.bucket;
    }
    this.forgetOldest(now);
    const bucket = new TokenBucket(this.perSecond, this.capacity, now);
    this.entries.set(key, { bucket, usedAt: now });
    return bucket;
  }

  private forgetOldest(now: number): void {
    for (let i = 0; i < FORGOTTEN_AT_ONCE; i++) {
      const [oldest] = this.entries;
      if (!oldest) return;
      const [key, { usedAt }] = oldest;
      // One that has lent tokens in advance takes longer, which costs the next user nothing.
      if (now - usedAt < this.fullMs && this.entries.size < this.keysMax) return;
      this.entries.delete(key);
    }
  }
}
