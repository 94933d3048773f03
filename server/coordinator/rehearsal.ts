// Runs, in a process that waits for a role, the code that a recovery runs while players wait: code
// that has never run takes the engine several times as long.
import { setImmediate } from 'node:timers/promises';
import type { Game } from '../games/index.ts';
import { decodeSnapshot, encodeSnapshot } from '../store/index.ts';
import { carryOver } from './carry-over.ts';
import { prepareInPool } from './preparation.ts';
import { snapshotOf } from './room-snapshot.ts';
import { type Input, RoomState } from './room-state.ts';
import { WorkPool } from './work-pool.ts';

/** No game has a room of this number: it is the lobby's. */
const ROOM = 0;
const SEED = 1;
const PLAYERS = 20;
const TICKS = 20;
/** Nobody gets to see it: one that takes longer is left out. */
const PREPARE_MS_MAX = 1000;

/** Lets a room of each game live for a moment, in memory, and brings it back, until the process is
 *  wanted. Says nothing of a game that throws: it does so again where somebody is told. */
export async function rehearse(games: Iterable<Game>, isWanted: () => boolean): Promise<void> {
  for (const game of games) {
    await setImmediate();
    if (isWanted()) return;
    try {
      const prepared = await prepare(game);
      if (isWanted()) return;
      rehearseGame(game, prepared);
    } catch {}
  }
}

/** Elsewhere: it may take longer than a process may be silent. */
async function prepare(game: Game): Promise<unknown> {
  if (!game.prepare) return undefined;
  await using pool = new WorkPool({ processes: 1, title: 'holdfast rehearsal' });
  return await prepareInPool(game, SEED, pool, PREPARE_MS_MAX);
}

function rehearseGame(game: Game, prepared: unknown): void {
  const state = new RoomState(game, { id: ROOM, seed: SEED, now: 0, prepared });
  const joins = Array.from({ length: PLAYERS }, (_, i): Input => {
    const player = i + 1;
    return { kind: 'join', player, name: `rehearsal ${player}` };
  });
  const inputs = [joins];
  for (let tick = 0; tick < TICKS; tick++) state.apply(tick, inputs[tick] ?? []);
  const snapshot = decodeSnapshot('rehearsal', encodeSnapshot(snapshotOf(game, state)));
  RoomState.restore(game, { id: ROOM, saved: carryOver(game, snapshot).saved }).about();
}
