// Random commands, joins and leaves that succeed, refuse, throw, or return a promise or a function: a room that
// had them all equals a room that never had those that did not succeed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defineGame,
  type Entity,
  type Game,
  type Room as GameRoom,
  type Player,
  refuse,
  Type,
} from '../games/game.ts';
import { asWritten } from '../store/index.ts';
import type { Outputs } from './outputs.ts';
import { type Input, RoomState } from './room-state.ts';

/** A random change; what it does to the room depends on the room. */
interface Step {
  readonly kind: number;
  readonly n: number;
  readonly text: string;
}
type End = 'succeed' | 'refuse' | 'throw' | 'function' | 'promise';
interface Act {
  readonly steps: readonly Step[];
  readonly end: End;
}

interface State {
  gold: number;
  list: number[];
  bags: { name: string; items: number[] }[];
  byName: Record<string, { n: number } | number>;
}

const newState = (): State => ({ gold: 0, list: [], bags: [], byName: { a: 1, b: { n: 2 } } });

/** What the next `join` or `leave` does. */
let hookAct: Act = { steps: [], end: 'succeed' };

const kinds = {
  thing: { x: 'u8', y: 'u8', name: 'string', weight: { hidden: 'u16' } },
  mark: { n: 'u32' },
} as const;

type Room = GameRoom<typeof kinds, State>;

const game = defineGame({
  name: 'random',
  text: 'Whatever comes.',
  ticksPerSecond: 10,
  playersMax: 9,
  world: { width: 200, height: 200, viewRadius: 20 },
  entities: kinds,
  items: ['coin'],
  state: newState,
  join(room, player) {
    const avatar = room.entities.thing.add({ x: player.id, y: 1, name: player.name });
    const given = act(room, player, hookAct);
    return (hookAct.end === 'succeed' ? avatar : given) as unknown as Entity;
  },
  leave(room, player) {
    const given = act(room, player, hookAct);
    if (player.avatar) room.entities.thing.remove(player.avatar as never);
    return given as never;
  },
  tick(room) {
    // Whatever is not as it was shows in what follows.
    room.state.gold += room.random.integer(0, 9) + room.entities.thing.near(100, 100, 60).length;
    for (const mark of room.entities.mark) mark.n++;
  },
  commands: {
    act: {
      args: Type.Any() as never as ReturnType<typeof Type.Object>,
      run: (room, player, args) => act(room, player, args as unknown as Act),
    },
  },
});

function act(room: Room, player: Player, { steps, end }: Act): unknown {
  for (const step of steps) take(room, player, step);
  if (end === 'refuse') refuse('NO', 'No.');
  if (end === 'throw') throw new Error('no');
  if (end === 'function') return () => {};
  if (end === 'promise') return Promise.reject(new Error('late'));
  return room.state.list;
}

const at = <T>(all: Iterable<T>, n: number): T | undefined => {
  const list = [...all];
  return list[n % Math.max(1, list.length)];
};

type Change = (room: Room, player: Player, n: number, text: string) => unknown;

const changes: readonly Change[] = [
  (room, _player, n, name) => room.entities.thing.add({ x: n % 256, y: n % 199, name }),
  (room, _player, n) => room.entities.mark.add({ n }),
  ({ entities }, _player, n) => remove(entities.thing, n),
  ({ entities }, _player, n) => remove(entities.mark, n),
  ({ entities }, _player, n, name) =>
    Object.assign(at(entities.thing, n) ?? {}, { x: (n * 7) % 256, name, weight: n }),
  ({ entities }, _player, n) => Object.assign(at(entities.mark, n) ?? {}, { n }),
  ({ random, state }, _player, n) => state.list.push(random.integer(0, n)),
  (room, player, n) => room.bank.deposit(player, 'coin', n),
  (room, player, n) => room.bank.withdraw(player, 'coin', n),
  (room, _player, _n, text) => room.broadcast('all', [text, room.state.bags]),
  (room, player, _n, text) => room.send(player, 'one', text),
  (room, player, n) => room.setAvatar(player, at(room.entities.thing, n) as unknown as Entity),
  (room, player, n) => room.look(player, { x: n, y: 1 }),
  ({ state }, _player, n) => state.list.splice(n % 5, n % 3, n, n + 1),
  ({ state }) => state.list.sort(),
  ({ state }, _player, n) => {
    state.list.length = Math.min(state.list.length, n % 6);
  },
  ({ state }) => state.bags.reverse(),
  ({ state }, _player, n, name) => state.bags.unshift({ name, items: [n] }),
  ({ state }, _player, n) => at(state.bags, n)?.items.push(n),
  ({ state }, _player, n) => state.bags.pop()?.items.push(n),
  ({ state }, _player, n, text) => {
    state.byName[text] = n % 2 ? n : { n };
  },
  ({ state }, _player, n) => delete state.byName[at(Object.keys(state.byName), n) ?? ''],
  ({ state }, _player, n) => {
    const one = at(Object.values(state.byName), n);
    if (typeof one === 'object' && one) one.n = n;
  },
  (room, _player, n) => {
    if (n % 5 === 0) room.state = { ...newState(), gold: n };
  },
  (room, _player, n) => {
    room.state.bags = room.state.bags.filter((_, i) => i !== n % 3);
  },
];

function remove(table: Room['entities']['thing' | 'mark'], n: number): void {
  const one = at<Entity>(table as never, n);
  if (one) table.remove(one as never);
}

function take(room: Room, player: Player, { kind, n, text }: Step): void {
  changes[kind % changes.length]!(room, player, n, text);
}

const step = fc.record({
  kind: fc.nat(changes.length - 1),
  n: fc.nat(999),
  text: fc.constantFrom('a', 'b', 'c', '7', '12', '__proto__'),
});
const ends: readonly End[] = ['succeed', 'succeed', 'refuse', 'throw', 'function', 'promise'];
const anAct: fc.Arbitrary<Act> = fc.record({
  steps: fc.array(step, { maxLength: 8 }),
  end: fc.constantFrom(...ends),
});
const events = fc.record({
  kind: fc.constantFrom('join', 'leave', 'command', 'command', 'command'),
  player: fc.integer({ min: 1, max: 4 }),
  act: anAct,
});
const batches = fc.array(
  fc.record({ events: fc.array(events, { maxLength: 6 }), isKilled: fc.boolean() }),
  { minLength: 1, maxLength: 10 },
);

type Event = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** A room, as one process after another has it. */
class Run {
  state = new RoomState(game as unknown as Game, { id: 1, seed: 3, now: 0 });
  private seq = 0;

  /** Each event in a batch of its own: the hooks' acts are given beside the inputs. */
  apply({ kind, player, act }: Event): Outputs {
    hookAct = act;
    const input: Input =
      kind === 'join'
        ? { kind, player, name: `player ${player}` }
        : kind === 'leave'
          ? { kind, player }
          : {
              kind: 'command',
              player,
              seq: ++this.seq,
              name: 'act',
              args: structuredClone(act),
              call: true,
            };
    return this.state.apply(1, [input]);
  }

  pass(): Outputs {
    return this.state.apply(1, []);
  }

  /** As a later process takes the room up. */
  kill(): void {
    const saved = asWritten(this.state.save());
    this.state = RoomState.restore(game as unknown as Game, { id: 1, saved });
  }

  get memory() {
    const { players, ...saved } = asWritten(this.state.save());
    return { ...saved, players: players.map(({ ledger: _, ...of }) => of) };
  }
}

/** The things that `near` finds at their own places. */
function found({ room }: RoomState): number[] {
  const { thing } = room.entities as unknown as Room['entities'];
  return [...thing].filter((one) => thing.near(one.x, one.y, 0).includes(one)).map(({ id }) => id);
}

const said = ({ events, effects, joined, ended, views }: Outputs) =>
  structuredClone({ events, effects, joined, ended, views });

function hasSucceeded({ answers, failures, turnedAway }: Outputs): boolean {
  const isRejected = answers.some(({ answer }) => answer.kind === 'rejected');
  return !isRejected && failures.length === 0 && turnedAway.length === 0;
}

describe('A room that had calls which did not succeed', () => {
  it('equals a room that never had them, in what it remembers, says and publishes', () => {
    let undone = 0;
    fc.assert(
      fc.property(batches, (all) => {
        const [tried, untried] = [new Run(), new Run()];
        for (const { events: batch, isKilled } of all) {
          for (const event of batch) {
            const outputs = tried.apply(event);
            const isDone = hasSucceeded(outputs);
            if (!isDone) undone++;
            // A player leaves in any case: the other room's `leave` does nothing else.
            const without: Event = { ...event, act: { steps: [], end: 'succeed' } };
            const others = isDone
              ? untried.apply(event)
              : event.kind === 'leave'
                ? untried.apply(without)
                : untried.pass();
            expect(said(outputs)).toEqual(said(others));
            expect(tried.state.takeChanges()).toEqual(untried.state.takeChanges());
            expect(tried.memory).toEqual(untried.memory);
            expect(found(tried.state)).toEqual(found(untried.state));
          }
          if (isKilled) tried.kill();
          expect(tried.state.allRows()).toEqual(untried.state.allRows());
        }
      }),
      { numRuns: Number(process.env.UNDO_RUNS ?? 300) },
    );
    expect(undone).toBeGreaterThan(300);
  });
});
