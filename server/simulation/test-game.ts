// A game that notices any command that is left out, applied twice or out of order.
import {
  defineGame,
  type Entity,
  type Game,
  type Player,
  type Room,
  refuse,
  Type,
} from '../games/game.ts';
import { hang } from './test-guard.ts';
import { self } from './test-machine.ts';

type Token = Entity & { owner: number; count: number };

/** The rooms as they are in the coordinator that lives, by number. */
export const rooms = new Map<number, Room>();

/** Ends of a command that must change nothing. */
export type SpoilEnd = 'refuse' | 'throw' | 'promise';

/** Changes all that it can. */
function spoil(room: Room, player: Player): void {
  const { token, mark } = room.entities;
  for (const one of token!) Object.assign(one, { count: 0 });
  for (const one of mark!) mark!.remove(one);
  mark!.add({ owner: player.id, at: room.random.integer(0, 9) } as never);
  (room.state as ReturnType<typeof spec.state>).applied += 1000;
  room.bank.deposit(player, 'coin', 7);
  room.broadcast('spoilt', null);
  if (player.avatar) token!.remove(player.avatar);
  room.setAvatar(player, undefined);
}

/** 0 is a rehearsal's, and a process that waits only follows what another does. */
const isReal = (room: number): boolean => room > 0 && self().name !== 'spare';

const spec = defineGame({
  name: 'tally',
  text: 'Each player counts.',
  ticksPerSecond: 20,
  playersMax: 3,
  entities: {
    token: { owner: 'u32', count: 'u32' },
    mark: { owner: 'u32', at: 'u32' },
  },
  items: ['coin'],
  state: () => ({ applied: 0, accepted: 0, refused: 0 }),
  join(room, player) {
    // A player who is turned away asks again.
    if (room.id > 0 && room.tick % 3 === 0) {
      spoil(room as never, player);
      refuse('NOT_YET', 'Not yet.');
    }
    return room.entities.token.add({ owner: player.id, count: 0 }) as unknown as Entity;
  },
  tick(room) {
    if (isReal(room.id)) rooms.set(room.id, room as unknown as Room);
  },
  settled({ state }, { accepted }) {
    if (accepted) state.accepted++;
    else state.refused++;
  },
  commands: {
    add: {
      args: Type.Object({ n: Type.Integer() }),
      run(room, player, { n }) {
        const token = player.avatar as Token;
        if (n !== token.count + 1) refuse('NOT_NEXT', `${n} after ${token.count}`);
        token.count = n;
        room.state.applied++;
        room.bank.deposit(player, 'coin', 1);
        // Entities come and go, too.
        for (const mark of room.entities.mark) {
          if (mark.owner === player.id) room.entities.mark.remove(mark);
        }
        if (n % 3 !== 0) room.entities.mark.add({ owner: player.id, at: n });
        return n;
      },
    },
    /** Nothing of it may be seen. */
    spoil: {
      args: Type.Object({ end: Type.String() }),
      run(room, player, { end }) {
        spoil(room as never, player);
        if (end === 'refuse') refuse('SPOILT', 'Spoilt.');
        if (end === 'throw') throw new Error('spoilt');
        return (async () => {
          await undefined;
          room.state.applied += 1000;
          spoil(room as never, player);
        })();
      },
    },
    /** Changes what it can first: nothing of it may be seen. */
    hang: {
      args: Type.Object({}),
      run(room, player) {
        (player.avatar as Token).count = 0;
        room.state.applied += 1000;
        for (const mark of room.entities.mark) room.entities.mark.remove(mark);
        hang();
      },
    },
  },
});

/** What is not as it should be with what rooms know of the bank. */
export function wrongInRooms(): string | undefined {
  for (const { id, state } of rooms.values()) {
    const { applied, accepted, refused } = state as ReturnType<typeof spec.state>;
    if (accepted + refused === applied) continue;
    return `of ${applied} deposits of room ${id} ${accepted} were accepted, ${refused} refused`;
  }
  return undefined;
}

const tally = spec as Game;
const quiet: Game = { ...tally, name: 'quiet', ticksPerSecond: 0 };
const mapped: Game = {
  ...tally,
  name: 'mapped',
  prepare: { module: import.meta.url, run: () => 'a map' },
  create(_room, map) {
    if (map !== 'a map') throw new Error(`a room without its world: ${map}`);
  },
};
/** Who has ever been in the room of a match, by its number; in the coordinator that lives. */
export const duels = new Map<number, readonly number[]>();

const duel: Game = {
  ...tally,
  name: 'duel',
  playersMax: 2,
  match: { players: 2 },
  state: () => ({ ...spec.state(), came: [] as number[] }),
  join(room, player) {
    const { came } = room.state as { came: number[] };
    // A match that comes to nothing is asked for again.
    if (came.length === 1 && room.id % 3 === 0) {
      spoil(room, player);
      refuse('NOT_YET', 'Not yet.');
    }
    came.push(player.id);
    return room.entities.token!.add({ owner: player.id, count: 0 } as never);
  },
  leave(room, player) {
    spoil(room, player);
    throw new Error('spoilt');
  },
  tick(room) {
    if (isReal(room.id) && self().isAlive)
      duels.set(room.id, [...(room.state as { came: number[] }).came]);
  },
};
/** With ticks; without, which steps when something has come; with a world that is prepared;
 *  with matches. */
export const games: ReadonlyMap<string, Game> = new Map(
  [tally, quiet, mapped, duel].map((game) => [game.name, game]),
);
