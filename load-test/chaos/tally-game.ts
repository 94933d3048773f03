// A game that keeps count: each player numbers what it adds, and the room notices every number that
// is not the next. Some of its commands do harm, for rooms that are made for it.
import { defineGame, Type } from 'holdfast/game';

interface Memory {
  /** The sum over all players. */
  total: number;
  /** The last number of each player, by the player's number. */
  last: Record<string, number>;
  /** Numbers that were not the next of their player. */
  violations: number;
  firstViolation: string | null;
  /** What the next tick is to do. */
  harm: 'none' | 'throw' | 'loop';
}

/** Together 2.4 MB. */
const SHOUTS = 2000;
const SHOUT_WORDS = 100;

const nothing = Type.Object({}, { additionalProperties: false });

function loop(): never {
  for (;;);
}

export default defineGame({
  name: 'tally',
  text: 'Counts what each player adds, and notices what is lost, doubled or out of order.',
  ticksPerSecond: 20,
  playersMax: 10_000,
  // It changes in every tick, so that every player sees every tick.
  entities: { clock: { tick: 'u32' } },
  state: (): Memory => ({
    total: 0,
    last: {},
    violations: 0,
    firstViolation: null,
    harm: 'none',
  }),
  create(room) {
    room.entities.clock.add({});
  },
  leave(room, player) {
    delete room.state.last[player.id];
  },
  tick(room) {
    for (const clock of room.entities.clock) clock.tick = room.tick;
    if (room.state.harm === 'throw') throw new Error('a tick that was told to throw');
    if (room.state.harm === 'loop') loop();
  },
  commands: {
    /** Adds 1; `n` counts the player's additions from 1. */
    add: {
      args: Type.Object({ n: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
      run({ state, tick }, player, { n }) {
        const expected = (state.last[player.id] ?? 0) + 1;
        if (n !== expected) {
          state.violations++;
          state.firstViolation ??= `player ${player.id} adds ${n} where ${expected} is next`;
        }
        state.last[player.id] = Math.max(n, expected - 1);
        state.total++;
        return { n, tick, total: state.total, violations: state.violations };
      },
    },
    /** For a call: what the room has of this player. */
    mine: {
      args: nothing,
      run: ({ state }, player) => state.last[player.id] ?? 0,
    },
    /** For a call: what the room has of everyone. */
    totals: {
      args: nothing,
      run({ state: { total, violations, firstViolation } }) {
        return { total, violations, firstViolation };
      },
    },
    throwNow: {
      args: nothing,
      run() {
        throw new Error('a command that was told to throw');
      },
    },
    loopNow: { args: nothing, run: loop },
    /** More than a pipe and the server keep for a reader that stands still. */
    shoutNow: {
      args: nothing,
      run() {
        for (let i = 0; i < SHOUTS; i++)
          process.stdout.write(`${i} ${'a loud game '.repeat(SHOUT_WORDS)}\n`);
      },
    },
    throwInTick: {
      args: nothing,
      run({ state }) {
        state.harm = 'throw';
      },
    },
    loopInTick: {
      args: nothing,
      run({ state }) {
        state.harm = 'loop';
      },
    },
  },
});
