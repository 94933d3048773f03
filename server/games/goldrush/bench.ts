// Prints what a tick costs in a cave of 1,000 miners who walk and shoot at random.
import { SeededRandom } from '../../coordinator/random.ts';
import { type Input, RoomState } from '../../coordinator/room-state.ts';
import type { Game } from '../game.ts';
import game from './index.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';
import { makeWorld } from './world.ts';

const MINERS = 1000;
/** More than their bows can shoot: what a tick costs with as many arrows as there can be. */
const SHOTS_PER_TICK = 150;
const TICKS = 2000;
const TICKS_BETWEEN_WALKS = 4;
const ROOM = { id: 1, seed: 1, now: 0 };

/** The same commands in every run. */
class Swarm {
  private readonly seqs = new Uint32Array(MINERS + 1);
  private random = 1;

  inputs(tick: number): Input[] {
    const inputs: Input[] = [];
    for (let player = 1; player <= MINERS; player++) {
      if ((tick + player) % TICKS_BETWEEN_WALKS === 0) inputs.push(this.command(player, 'walk'));
    }
    for (let i = 0; i < SHOTS_PER_TICK; i++) {
      inputs.push(this.command(1 + this.integer(MINERS), 'shoot'));
    }
    return inputs;
  }

  private command(player: number, name: string): Input {
    const sign = this.integer(2) === 0 ? 1 : -1;
    const args = this.integer(2) === 0 ? { dx: sign, dy: 0 } : { dx: 0, dy: sign };
    return { kind: 'command', player, seq: ++this.seqs[player]!, name, args, call: false };
  }

  private integer(below: number): number {
    this.random = (Math.imul(this.random, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.random / 2 ** 32) * below);
  }
}

function main(): void {
  const made = performance.now();
  const prepared = makeWorld(new SeededRandom(ROOM.seed));
  const state = new RoomState(game as Game, { ...ROOM, prepared });
  const makeMs = performance.now() - made;
  const room = state.room as unknown as GoldrushRoom;
  const joins: Input[] = [];
  for (let player = 1; player <= MINERS; player++) {
    joins.push({ kind: 'join', player, name: `miner ${player}` });
  }
  state.apply(0, joins);
  const swarm = new Swarm();
  const applyMs: number[] = [];
  let publishMs = 0;
  let commands = 0;
  let arrows = 0;
  for (let tick = 1; tick <= TICKS; tick++) {
    const inputs = swarm.inputs(tick);
    const begun = performance.now();
    state.apply(tick * (1000 / numbers.ticksPerSecond), inputs);
    const applied = performance.now();
    state.takeChanges();
    publishMs += performance.now() - applied;
    applyMs.push(applied - begun);
    commands += inputs.length;
    arrows += room.entities.arrow.size;
  }
  applyMs.sort((a, b) => a - b);
  const at = (share: number) => applyMs[Math.floor(share * (TICKS - 1))]!.toFixed(2);
  const lines = [
    `making a cave          ${makeMs.toFixed(0)} ms`,
    `commands in a tick     ${(commands / TICKS).toFixed(0)}`,
    `rats                   ${room.entities.rat.size}`,
    `arrows in flight       ${(arrows / TICKS).toFixed(0)}`,
    `a tick, median         ${at(0.5)} ms`,
    `a tick, p99            ${at(0.99)} ms`,
    `a tick, longest        ${at(1)} ms`,
    `publishing it, mean    ${(publishMs / TICKS).toFixed(2)} ms`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

main();
