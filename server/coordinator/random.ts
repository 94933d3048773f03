// A room's random numbers: from a seed, with a state that can be saved.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { type Random, shown } from '../games/index.ts';
import type { Undoable, UndoLog } from './undo-log.ts';

export class SeededRandom implements Random, Undoable {
  private generator;
  private readonly undoLog: UndoLog | undefined;
  /** The last transaction in which a number was drawn. */
  private notedIn = 0;

  /** @param seed any 32-bit whole number.
   *  @param undoLog of the room that draws. */
  constructor(seed: number, undoLog?: UndoLog) {
    this.generator = xoroshiro128plus(seed);
    this.undoLog = undoLog;
  }

  float(): number {
    if (this.undoLog?.isOpen) this.note(this.undoLog);
    return uniformFloat64(this.generator);
  }

  integer(min: number, max: number): number {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
      throw new RangeError(
        `random.integer needs two whole numbers (min, max), but got ${shown(min)}, ${shown(max)}`,
      );
    }
    if (this.undoLog?.isOpen) this.note(this.undoLog);
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

  undo(_subject: unknown, _what: number, state: unknown): void {
    this.restore(state as readonly number[]);
  }

  describe(): string {
    return 'random numbers drawn';
  }

  /** The first draw of a transaction: all of them are taken back at once. */
  private note(undoLog: UndoLog): void {
    if (this.notedIn === undoLog.number) return;
    this.notedIn = undoLog.number;
    undoLog.note(this, undefined, 0, this.save(), 0);
  }
}
