// A room's random numbers: from a seed, with a state that can be saved.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../games/index.ts';

export class SeededRandom implements Random {
  private generator;

  /** @param seed any 32-bit whole number. */
  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  float(): number {
    return uniformFloat64(this.generator);
  }

  integer(min: number, max: number): number {
    return uniformInt(this.generator, min, max);
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('random.pick needs at least one to pick from');
    return from[this.integer(0, from.length - 1)]!;
  }

  save(): readonly number[] {
    return this.generator.getState();
  }

  restore(state: readonly number[]): void {
    this.generator = xoroshiro128plusFromState(state);
  }
}
