// Runs, in a process that waits for a role, the code that a recovery runs while players wait: code
// that has never run takes the engine several times as long.
import { setImmediate } from 'node:timers/promises';
import type { Game } from '../games/index.ts';
import { decodeSnapshot, encodeSnapshot } from '../store/index.ts';
import { carryOver } from './carry-over.ts';
import { snapshotOf } from './room-snapshot.ts';
import { type Input, RoomState } from './room-state.ts';

/** No game has a room of this number: it is the lobby's. */
const ROOM = 0;
const PLAYERS = 20;
const TICKS = 20;

/** Lets a room of each game live for a moment, in memory, and brings it back, until the process is
 *  wanted. Says nothing of a game that throws: it does so again where somebody is told. */
export async function rehearse(games: Iterable<Game>, isWanted: () => boolean): Promise<void> {
  for (const game of games) {
    await setImmediate();
    if (isWanted()) return;
    try {
      rehearseGame(game);
    } catch {}
  }
}

function rehearseGame(game: Game): void {
  const state = new RoomState(game, { id: ROOM, seed: 1, now: 0 });
  const joins = Array.from({ length: PLAYERS }, (_, i): Input => {
    const player = i + 1;
    return { kind: 'join', player, name: `rehearsal ${player}` };
  });
  const inputs = [joins];
  for (let tick = 0; tick < TICKS; tick++) state.apply(tick, inputs[tick] ?? []);
  const snapshot = decodeSnapshot('rehearsal', encodeSnapshot(snapshotOf(game, state)));
  RoomState.restore(game, { id: ROOM, saved: carryOver(game, snapshot).saved }).about();
}
