// Random numbers from a seed, and choices by them.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Random {
  private readonly generator;

  /** @param seed a 32-bit whole number. */
  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  /** A generator of its own, which draws from this one once. */
  fork(): Random {
    return new Random(this.below(0x7fff_ffff));
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return uniformInt(this.generator, 0, limit - 1);
  }

  /** True once in `times`, on average. */
  onceIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Picks by weight: keys with the numbers that they are picked in proportion to. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      at -= weight;
      if (at < 0) return key;
    }
    throw new RangeError('there is nothing to pick from');
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
