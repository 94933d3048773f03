// Opens a room's folder for a replay: what is in it, and from where it can be repeated.
import { existsSync, readdirSync } from 'node:fs';
import {
  CarryOverError,
  carryOver,
  Guard,
  type Input,
  inputCodec,
  type SavedRoom,
} from '../coordinator/index.ts';
import type { Game } from '../games/index.ts';
import type { Batch } from '../store/index.ts';
import { readRoom, type Snapshot, type SnapshotAbout, systemDisk } from '../store/index.ts';

/** Nothing can be replayed; the message says why and what to do, in one line. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly code = 'CANNOT_REPLAY';
}

/** A replay has no time limit. */
const noLimit = new Guard(0);

type ReadSnapshot = Snapshot & SnapshotAbout;

/** A room's past, and the game to repeat it with. */
export interface History {
  readonly game: Game;
  readonly room: number;
  /** By rising tick. */
  readonly snapshots: readonly ReadSnapshot[];
  /** The one from which the room is repeated, and its state for the game as it is now. */
  readonly start: ReadSnapshot;
  readonly saved: SavedRoom;
  /** Of those after `start`, the ones that this code has written: they can be compared. */
  readonly comparable: ReadonlySet<ReadSnapshot>;
  /** Those after `start`. */
  readonly batches: readonly Batch<Input>[];
  readonly droppedBytes: number;
  /** What is wrong with files that are left out. */
  readonly damaged: readonly string[];
}

/** Reads a folder, also that of a server at work, and changes nothing.
 *  @throws {ReplayError} where it is none, or its game is not there or does not fit.
 *  @throws {StoreError} where its files cannot be read. */
export function openHistory(folder: string, games: ReadonlyMap<string, Game>): History {
  checkFolder(folder);
  const { snapshots, batches, damaged, droppedBytes } = readRoom(systemDisk, folder, inputCodec);
  const newest = snapshots.at(-1)!;
  const game = games.get(newest.game);
  if (!game) {
    throw new ReplayError(
      `${folder} is a room of ${newest.game}, which is not among the games ` +
        `(${[...games.keys()].join(', ')}): give its module with --game`,
    );
  }
  const fitting = snapshots.map((snapshot) => ({ snapshot, carried: carried(game, snapshot) }));
  // Without one that this code has written, the newest is carried over, and nothing is compared.
  const first = fitting.find((of) => !(of.carried instanceof Error) && !of.carried.changed);
  const start = first ?? fitting.at(-1)!;
  if (start.carried instanceof Error) {
    throw new ReplayError(`${folder}: ${start.carried.message}`, { cause: start.carried });
  }
  const comparable = fitting.filter(
    (of) => !(of.carried instanceof Error) && !of.carried.changed && of !== start,
  );
  return {
    game,
    room: newest.room,
    snapshots,
    start: start.snapshot,
    saved: start.carried.saved,
    comparable: new Set(comparable.map(({ snapshot }) => snapshot)),
    batches: batches.filter(({ tick }) => tick > start.snapshot.tick),
    droppedBytes,
    damaged: damaged.map(({ message }) => message),
  };
}

function checkFolder(folder: string): void {
  const way =
    'name the folder of a room, such as data/rooms/1, or a data directory, which lists its rooms';
  if (!existsSync(folder)) throw new ReplayError(`there is no ${folder}: ${way}`);
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch (error) {
    // Where it may not be read, the store says so.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return;
  }
  if (!names.some((name) => name.startsWith('snapshot-'))) {
    throw new ReplayError(`${folder} has no snapshot: ${way}`);
  }
}

function carried(
  game: Game,
  snapshot: ReadSnapshot,
): ReturnType<typeof carryOver> | CarryOverError {
  try {
    return carryOver(game, snapshot, noLimit);
  } catch (error) {
    if (error instanceof CarryOverError) return error;
    throw error;
  }
}
