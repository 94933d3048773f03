// Finds what kills its process: a recovery marks where in the room's journal it is, for the next.
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from './batches.ts';
import type { Disk } from './disk.ts';
import { MARK_FILE, type Mark, markText, NO_MARK, parseMark } from './recovery-mark.ts';
import { StoreError } from './store-error.ts';

export type { Mark };

/** Ends at one place with which that place is at fault; where only the batch is known, more. */
const ENDS_MAX = 2;
const ENDS_MAX_VAGUE = 3;

/** One recovery of one room, from its beginning until it ends or its process does. */
export class Attempt {
  /** Where the one before ended with its process; undefined where it did not. */
  readonly previous: Mark | undefined;
  private readonly disk: Disk;
  private readonly path: string;
  private readonly fd: number;
  private isOpen = true;

  /** @param folder the room's. @throws {StoreError} */
  constructor(disk: Disk, folder: string) {
    this.disk = disk;
    this.path = join(folder, MARK_FILE);
    try {
      this.previous = readMark(disk, this.path);
      this.fd = disk.create(this.path);
    } catch (error) {
      throw StoreError.of(this.path, error);
    }
    this.at(0);
  }

  /** Says what the room's code is given next. Some microseconds: the file outlives the process,
   *  not the machine. @throws {StoreError} */
  at(tick: number, index = -1): void {
    const { previous } = this;
    const times = previous?.tick === tick ? previous.times + 1 : 1;
    this.write(markText({ tick, index, times }));
  }

  /** Other code has its turn: if the process ends now, it is not this room that ended it. */
  rest(): void {
    this.write(NO_MARK);
  }

  /** The recovery is over, whatever came of it. Idempotent. */
  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.disk.close(this.fd);
    this.disk.unlink(this.path);
  }

  private write(text: string): void {
    try {
      this.disk.write(this.fd, Buffer.from(text, 'latin1'), 0, 0);
    } catch (error) {
      throw StoreError.of(this.path, error);
    }
  }
}

/** An input that ends the process that applies it. */
export type Culprit<I> = { readonly input: I; readonly tick: number; readonly index: number };

/** @param lastTick of the journal: a room's process ends while its last batch is applied.
 *  @returns what has ended its process each time now; undefined where that is not sure yet. */
export function culpritOf<I>(
  { tick, index, times }: Mark,
  batches: readonly Batch<I>[],
  lastTick: number,
): Culprit<I> | 'room' | undefined {
  const ends = tick === lastTick ? times + 1 : times;
  if (ends < (index < 0 ? ENDS_MAX_VAGUE : ENDS_MAX)) return undefined;
  const input = batches.find((batch) => batch.tick === tick)?.inputs[index];
  return input === undefined ? 'room' : { input, tick, index };
}

/** Keeps the folder under a name that is not a room's.
 *  @returns the folder under that name. */
export function quarantine(folder: string): string {
  for (let i = 1; ; i++) {
    const target = `${folder}.quarantined-${i}`;
    if (existsSync(target)) continue;
    renameSync(folder, target);
    return target;
  }
}

function readMark(disk: Disk, path: string): Mark | undefined {
  if (!existsSync(path)) return undefined;
  return parseMark(disk.read(path).toString('latin1'));
}
