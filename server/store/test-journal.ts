// A room that only counts, with its journal.
import { systemDisk } from './disk.ts';
import { recover } from './recover.ts';
import { roomFolder } from './room-folder.ts';
import { RoomJournal, type RoomJournalOptions } from './room-journal.ts';
import type { Saved } from './saved-slices.ts';
import type { Snapshot } from './snapshot-file.ts';
import type { StoreErrorCode } from './store-error.ts';

export type Count = { by: number };
export const codec = {
  write: (counts: readonly Count[]) => [counts.map(({ by }) => by)],
  read: ([numbers]: readonly unknown[]) => (numbers as number[]).map((by) => ({ by })),
  setAside: () => ({ by: 0 }),
};
export const options = (data: string): RoomJournalOptions<Count> => ({
  data,
  room: 7,
  codec,
  policy: 'never',
});

export const ones = (count: number): Count[] => Array.from({ length: count }, () => ({ by: 1 }));

/** @returns the code of what `act` throws. */
export const codeOf = (act: () => unknown): StoreErrorCode | undefined => {
  try {
    act();
  } catch (error) {
    return (error as { code?: StoreErrorCode }).code;
  }
  return undefined;
};

type SavedSum = Saved & { readonly state: Sum };

interface Sum {
  tick: number;
  now: number;
  sum: number;
}

export class CountingRoom {
  state: Sum;
  readonly journal: RoomJournal<Count>;

  private constructor(journal: RoomJournal<Count>, state: Sum) {
    this.journal = journal;
    this.state = state;
  }

  static async create(of: RoomJournalOptions<Count>): Promise<CountingRoom> {
    const state = { tick: 0, now: 0, sum: 0 };
    return new CountingRoom(await RoomJournal.create(of, snapshotOf(state)), state);
  }

  static recover(of: RoomJournalOptions<Count>): CountingRoom {
    const { journal } = RoomJournal.recover(of);
    // Read once more, to see that going on has not changed what is recovered.
    const { snapshot, batches } = recover(systemDisk, roomFolder(of.data, of.room), codec);
    const { state } = snapshot.saved as SavedSum;
    for (const { tick, now, inputs } of batches) apply(state, tick, now, inputs);
    return new CountingRoom(journal, state);
  }

  step(inputs: readonly Count[]): void {
    const { tick, now } = this.state;
    this.journal.append(tick + 1, now + 50, inputs);
    apply(this.state, tick + 1, now + 50, inputs);
  }

  snapshot(): Promise<number> {
    return this.journal.snapshot(snapshotOf(this.state));
  }

  finish(): Promise<void> {
    return this.journal.finish(() => snapshotOf(this.state));
  }
}

function apply(state: Sum, tick: number, now: number, inputs: readonly Count[]): void {
  state.tick = tick;
  state.now = now;
  for (const { by } of inputs) state.sum += by;
}

function snapshotOf(state: Sum): Snapshot {
  const saved: SavedSum = { state, entities: [[[1, ['a', 2]]], []], players: [{ id: 1 }] };
  return { room: 7, game: 'count', stateVersion: 0, tick: state.tick, saved };
}
