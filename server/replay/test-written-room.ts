// A room that was played and written down, as the coordinator does it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { inputCodec } from '../coordinator/input-codec.ts';
import type { Input } from '../coordinator/inputs.ts';
import { snapshotOf } from '../coordinator/room-snapshot.ts';
import { RoomState } from '../coordinator/room-state.ts';
import { tally } from '../coordinator/test-game.ts';
import type { Game } from '../games/game.ts';
import { RoomJournal, roomFolder, stateHash } from '../store/index.ts';

export const ROOM = 3;

export const command = (name: string, seq: number, args: unknown = {}): Input => {
  return { kind: 'command', player: 1, seq, name, args, call: true };
};

/** Snapshots at ticks 0, 2 and 4; then one more batch. `tally` is the default. */
export const story: readonly (readonly Input[] | 'snapshot')[] = [
  [{ kind: 'join', player: 1, name: 'ada' }],
  [command('add', 1, { by: 5 })],
  'snapshot',
  [command('roll', 2), command('throw', 3)],
  [],
  'snapshot',
  [command('add', 4, { by: 1 }), { kind: 'join', player: 2, name: 'bob' }],
];

export interface WrittenRoom {
  readonly folder: string;
  /** Of the room as it was at the end. */
  readonly tick: number;
  readonly hash: string;
}

/** Plays `given`; a batch on which the game throws is written down, and is the last. */
export async function writeRoom(
  given: readonly (readonly Input[] | 'snapshot')[] = story,
  game: Game = tally,
): Promise<WrittenRoom> {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-replay-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const state = new RoomState(game, { id: ROOM, seed: 11, now: 1000 });
  const of = { data, room: ROOM, codec: inputCodec, policy: 'never' as const };
  const journal = await RoomJournal.create(of, snapshotOf(game, state));
  for (const batch of given) {
    if (batch === 'snapshot') {
      await journal.snapshot(snapshotOf(game, state));
      continue;
    }
    const { tick } = state.room;
    journal.append(tick + 1, 1000 + tick * 50, batch);
    try {
      state.apply(1000 + tick * 50, batch);
    } catch {
      break;
    }
  }
  await journal.close();
  const saved = state.save();
  return { folder: roomFolder(data, ROOM), tick: saved.tick, hash: stateHash(saved) };
}

/** What is in a folder, to see that it has not been changed. */
export const contentsOf = (folder: string): string[][] =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]);
