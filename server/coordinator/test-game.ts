// A small game whose every move shows: each player has a token that counts.
import { defineGame, type Entity, type Game, hidden, refuse, Type } from '../games/game.ts';

const spec = defineGame({
  name: 'tally',
  text: 'Each player counts on a token.',
  ticksPerSecond: 20,
  playersMax: 3,
  world: { width: 90, height: 90, viewRadius: 30 },
  entities: {
    token: { x: 'i16', y: 'i16', owner: 'u32', count: 'u16', luck: hidden('u32') },
    sign: { text: 'string' },
  },
  items: ['coin'],
  state: () => ({ applied: [] as string[], fails: false }),
  about: () => ({ rule: 'count' }),
  join: (room, player) =>
    room.entities.token.add({
      x: room.random.integer(0, 89),
      y: 10,
      owner: player.id,
      luck: room.random.integer(0, 1_000_000),
    }) as unknown as Entity,
  leave(room, player) {
    if (player.avatar) room.entities.token.remove(player.avatar as never);
  },
  tick(room) {
    if (room.state.fails) throw new Error('the tick failed');
  },
  settled(room, { n, kind, player, item, amount, accepted, balance }) {
    const verdict = accepted ? 'accepted' : 'refused';
    room.state.applied.push(`${n} ${kind} ${amount} ${item} of ${player} ${verdict}: ${balance}`);
  },
  commands: {
    add: {
      args: Type.Object({ by: Type.Integer({ minimum: 1, maximum: 1000 }) }),
      run(room, player, { by }) {
        const token = player.avatar as unknown as { count: number };
        room.state.applied.push(`${player.name} ${by}`);
        token.count += by;
        return token.count;
      },
    },
    roll: { args: Type.Object({}), run: (room) => room.random.integer(1, 6) },
    place: {
      args: Type.Object({ text: Type.String() }),
      run(room, _player, { text }) {
        room.entities.sign.add({ text });
      },
    },
    tell: {
      args: Type.Object({ all: Type.Boolean() }),
      run(room, player, { all }) {
        if (all) room.broadcast('said', { tick: room.tick });
        else room.send(player, 'said', { tick: room.tick });
      },
    },
    decline: { args: Type.Object({}), run: () => refuse('NOT_NOW', 'Not now.') },
    throw: {
      args: Type.Object({}),
      run() {
        throw new Error('the command failed');
      },
    },
    fail: {
      args: Type.Object({}),
      run(room) {
        room.state.fails = true;
      },
    },
    finish: { args: Type.Object({}), run: (room) => room.end('That was all.') },
    bank: {
      args: Type.Object({ kind: Type.String(), amount: Type.Number(), item: Type.String() }),
      run: (room, player, { kind, amount, item }) =>
        kind === 'balance'
          ? room.bank.balance(player, item)
          : room.bank[kind as 'deposit'](player, item, amount),
    },
  },
});

export const tally = spec as Game;
/** The same without ticks: it steps when something has come. */
export const quietTally: Game = { ...tally, name: 'quiet', ticksPerSecond: 0 };

export interface TallyState {
  readonly applied: readonly string[];
}
