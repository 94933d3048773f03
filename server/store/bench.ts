// Prints what the journal, a snapshot and a recovery cost with 1,000 players of Goldrush.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputCodec } from '../coordinator/input-codec.ts';
import type { Input } from '../coordinator/inputs.ts';
import { SeededRandom } from '../coordinator/random.ts';
import { RoomState, type SavedRoom } from '../coordinator/room-state.ts';
import type { Game } from '../games/game.ts';
import goldrush from '../games/goldrush/index.ts';
import { makeWorld } from '../games/goldrush/world.ts';
import { RoomJournal, type Snapshot, stateHash } from './index.ts';
import { pack } from './msgpack.ts';
import { packSlice, slicesOf } from './saved-slices.ts';
import { encodeSnapshot } from './snapshot-file.ts';

const PLAYERS = 1000;
const COMMANDS = 250;
const APPENDS = 4000;
const ENTITIES = 10_000;
const BATCHES = 200;
const TICK_MS = 50;
const ROUNDS = 20;

/** A game whose entities all move with every tick. */
const trivial = {
  name: 'trivial',
  text: '',
  ticksPerSecond: 20,
  playersMax: 1000,
  world: { width: 1000, height: 1000, viewRadius: 30 },
  entities: { thing: { x: 'u16', y: 'u16', count: 'u32', name: 'string' } },
  state: () => ({}),
  create(room) {
    for (let i = 0; i < ENTITIES; i++) {
      room.entities.thing!.add({ x: i % 1000, y: i % 997, count: i, name: `thing ${i}` });
    }
  },
  join: (room) => room.entities.thing!.get(1),
  commands: {},
} as Game;

function walks(tick: number): Input[] {
  return Array.from({ length: COMMANDS }, (_, i) => {
    const player = 1 + ((tick * COMMANDS + i) % PLAYERS);
    const args = { dx: (i % 3) - 1, dy: 0 };
    return { kind: 'command', player, seq: tick, name: 'walk', args, call: false };
  });
}

function joins(): Input[] {
  return Array.from({ length: PLAYERS }, (_, i) => {
    return { kind: 'join', player: i + 1, name: `player ${i + 1}` };
  });
}

const snapshotOf = (state: RoomState, game: string): Snapshot => ({
  room: state.room.id,
  game,
  stateVersion: 0,
  tick: state.room.tick,
  saved: state.save(),
});

/** @returns milliseconds, the median of many. */
function median(act: (round: number) => unknown, rounds = ROUNDS): number {
  const times = Array.from({ length: rounds }, (_, round) => {
    const begun = performance.now();
    act(round);
    return performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

async function journalLines(data: string): Promise<string[]> {
  const saved = { entities: [], players: [] };
  const first: Snapshot = { room: 1, game: 'x', stateVersion: 0, tick: 0, saved };
  const of = { data, room: 1, codec: inputCodec, policy: 'never' as const };
  const journal = await RoomJournal.create(of, first);
  let tick = 0;
  const append = (inputs: Input[]) => () => {
    tick++;
    journal.append(tick, 1.7e12 + tick * TICK_MS, inputs);
  };
  const empty = median(append([]), APPENDS);
  const emptyBytes = journal.bytes / APPENDS;
  const batch = walks(1);
  const full = median(append(batch), APPENDS);
  const fullBytes = (journal.bytes - emptyBytes * APPENDS) / APPENDS;
  return [
    `append, no inputs            ${(empty * 1000).toFixed(1)} µs, ${emptyBytes.toFixed(0)} bytes`,
    `append, ${COMMANDS} commands         ${(full * 1000).toFixed(1)} µs, ${fullBytes.toFixed(0)} bytes`,
  ];
}

async function snapshotLines(data: string): Promise<string[]> {
  const prepared = makeWorld(new SeededRandom(1));
  const state = new RoomState(goldrush as Game, { id: 2, seed: 1, now: 0, prepared });
  state.apply(1, joins());
  for (let tick = 1; tick <= 200; tick++) state.apply(tick * TICK_MS, walks(tick));
  const bytes = encodeSnapshot(snapshotOf(state, 'goldrush')).length;
  const save = median(() => state.save());
  const packing = median(() => pack(state.save())) - save;
  const hash = median(() => stateHash(state.save())) - save;
  const of = { data, room: 2, codec: inputCodec, policy: 'everysecond' as const };
  const journal = await RoomJournal.create(of, snapshotOf(state, 'goldrush'));
  const held: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    state.apply(i, walks(201 + i));
    journal.append(state.room.tick, i, walks(201 + i));
    const begun = performance.now();
    const done = journal.snapshot(snapshotOf(state, 'goldrush'));
    held.push(performance.now() - begun);
    await done;
  }
  held.sort((a, b) => a - b);
  const slices = [...slicesOf(state.save())];
  const steps = slices.map((slice) => median(() => packSlice(slice), 5)).sort((a, b) => a - b);
  const entities = state.save().entities.reduce((sum, table) => sum + table.length, 0);
  return [
    `Goldrush, ${PLAYERS} players       ${(bytes / 1024).toFixed(0)} KiB, ${entities} entities`,
    `  save, pack, hash           ${[save, packing, hash].map((ms) => ms.toFixed(2)).join(', ')} ms`,
    `  tick held up, median       ${held[ROUNDS >> 1]!.toFixed(2)} ms`,
    `  tick held up, longest      ${held.at(-1)!.toFixed(2)} ms`,
    `  later steps, longest       ${slices.length}, ${steps.at(-1)!.toFixed(2)} ms`,
  ];
}

async function recoveryLines(data: string): Promise<string[]> {
  const of = { data, room: 3, codec: inputCodec, policy: 'never' as const };
  const state = new RoomState(trivial, { id: 3, seed: 1, now: 0 });
  const journal = await RoomJournal.create(of, snapshotOf(state, 'trivial'));
  for (let tick = 1; tick <= BATCHES; tick++) {
    const inputs = tick === 1 ? joins() : walks(tick);
    journal.append(tick, tick * TICK_MS, inputs);
    state.apply(tick * TICK_MS, inputs);
  }
  let hash = '';
  const begun = performance.now();
  const { recovered } = RoomJournal.recover(of);
  const read = performance.now();
  const saved = recovered.snapshot.saved as SavedRoom;
  const restored = RoomState.restore(trivial, { id: 3, saved });
  const back = performance.now();
  for (const { now, inputs } of recovered.batches) restored.apply(now, inputs);
  const end = performance.now();
  hash = stateHash(restored.save());
  if (hash !== stateHash(state.save())) throw new Error('the recovered room is another');
  const parts = [read - begun, back - read, end - back].map((ms) => ms.toFixed(0)).join(', ');
  return [
    `recovery, ${ENTITIES} entities, ${BATCHES} batches of ${COMMANDS}  ${(end - begun).toFixed(0)} ms`,
    `  read, restore, replay      ${parts} ms`,
  ];
}

const data = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  const lines = [
    ...(await recoveryLines(data)),
    ...(await journalLines(data)),
    ...(await snapshotLines(data)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  rmSync(data, { recursive: true, force: true });
}
