// What players see: the avatars that a game gives and takes, and where players look without one.
import { describe, expect, it } from 'vitest';
import {
  defineGame,
  type Entity,
  type Game,
  type Look,
  type Player,
  type Room,
  refuse,
  Type,
} from '../games/game.ts';
import type { Input } from './inputs.ts';
import { RoomState } from './room-state.ts';

type Act = (room: Room, player: Player) => void;

/** What the next tick does to player 1. */
let act: Act | undefined;

const game = defineGame({
  name: 'ghosts',
  text: 'Who dies comes back.',
  ticksPerSecond: 10,
  playersMax: 10,
  world: { width: 90, height: 90, viewRadius: 30 },
  entities: { body: { x: 'u8', y: 'u8' }, seat: { colour: 'u8' } },
  state: () => null,
  join: (room) => room.entities.body.add({ x: 4, y: 5 }) as unknown as Entity,
  tick(room) {
    const player = room.players.get(1);
    const next = act;
    act = undefined;
    if (player) next?.(room as never, player);
  },
  commands: {
    failToRespawn: {
      args: Type.Object({}),
      run(room, player) {
        room.setAvatar(player, room.entities.body.add({ x: 70, y: 70 }) as unknown as Entity);
        room.look(player, 'all');
        refuse('NOT_YET', 'Not yet.');
      },
    },
  },
}) as unknown as Game;

const join = (player: number): Input => ({ kind: 'join', player, name: `player ${player}` });

function stateWithPlayer(of = game): RoomState {
  const state = new RoomState(of, { id: 7, seed: 1, now: 0 });
  state.apply(1, [join(1)]);
  state.takeChanges();
  return state;
}

/** @returns the players whose view the tick has changed. */
function tick(state: RoomState, next?: Act): readonly number[] {
  act = next;
  return state.apply(2, []).views;
}

const bodies = (room: Room) => room.entities.body!;
const addBody = (room: Room, x: number, y: number) => bodies(room).add({ x, y } as never);
const viewOf = (state: RoomState) => {
  const { avatar, sight } = state.viewOf(1)!;
  return [avatar, sight];
};
const die: Act = (room, player) => bodies(room).remove(player.avatar!);

describe('A player whose avatar was removed', () => {
  it('has none, and goes on seeing the place where it was, also where it moved in that tick', () => {
    const state = stateWithPlayer();
    expect(viewOf(state)).toEqual([1, [0, 0]]);
    const views = tick(state, (room, player) => {
      Object.assign(player.avatar!, { x: 40, y: 50 });
      die(room, player);
      expect(player.avatar).toBeUndefined();
    });
    expect(views).toEqual([1]);
    expect(viewOf(state)).toEqual([0, [40, 50]]);
    expect(tick(state)).toEqual([]);
  });

  it('gets another one, around which it sees from that tick on', () => {
    const state = stateWithPlayer();
    tick(state, die);
    const views = tick(state, (room, player) => {
      const body = addBody(room, 80, 80);
      room.setAvatar(player, body);
      expect(player.avatar).toBe(body);
    });
    expect(views).toEqual([1]);
    expect(viewOf(state)[0]).toBe(2);
  });
});

describe('A player whose avatar is taken away', () => {
  it('sees the place where it was then, while the entity lives on', () => {
    const state = stateWithPlayer();
    tick(state, (room, player) => room.setAvatar(player, undefined));
    expect(viewOf(state)).toEqual([0, [4, 5]]);
    expect(bodies(state.room).size).toBe(1);
  });
});

describe('A look', () => {
  const looks: [Look, unknown][] = [
    ['all', 'all'],
    ['nothing', 'nothing'],
    [{ x: 30, y: -0 }, [30, 0]],
    ['last', [4, 5]],
  ];
  it.each(looks)(
    '%j is what the player sees without an avatar, whatever comes first',
    (look, sight) => {
      const before = stateWithPlayer();
      tick(before, (room, player) => {
        room.look(player, look);
        die(room, player);
      });
      expect(viewOf(before)).toEqual([0, sight]);
      const after = stateWithPlayer();
      tick(after, die);
      tick(after, (room, player) => room.look(player, look));
      expect(viewOf(after)).toEqual([0, sight]);
    },
  );

  it('is no change where the player looks there already', () => {
    const state = stateWithPlayer();
    expect(tick(state, (room, player) => room.look(player, { x: 1, y: 2 }))).toEqual([1]);
    expect(tick(state, (room, player) => room.look(player, { x: 1, y: 2 }))).toEqual([]);
  });

  it.each([{ x: 1 }, { x: Number.NaN, y: 1 }, 'nowhere', null, undefined])(
    'at %j is refused with a sentence that names what there is',
    (look) => {
      const state = stateWithPlayer();
      const turn = () => tick(state, (room, player) => room.look(player, look as never));
      expect(turn).toThrow("a look is 'all', 'nothing', 'last', or {x, y} with finite numbers");
    },
  );

  it('is refused in a game without a world', () => {
    const { world: _, ...flat } = game;
    const state = stateWithPlayer(flat as Game);
    const turn = () => tick(state, (room, player) => room.look(player, 'all'));
    expect(turn).toThrow('`look` needs a game with `world`');
  });
});

describe('A refused command', () => {
  it('gives no avatar and no look', () => {
    const state = stateWithPlayer();
    tick(state, die);
    const before = state.save().players[0]!;
    const command = { kind: 'command', player: 1, seq: 1, name: 'failToRespawn' } as const;
    const { views, answers } = state.apply(3, [{ ...command, args: {}, call: true }]);
    expect([views, answers]).toMatchObject([[], [{ answer: { code: 'NOT_YET' } }]]);
    expect(viewOf(state)).toEqual([0, [4, 5]]);
    const { ledger: _, ...saved } = state.save().players[0]!;
    expect(before).toMatchObject(saved);
  });
});

describe('An avatar', () => {
  it('that was removed, or is of another room, is refused', () => {
    const other = stateWithPlayer();
    const wrong: ((room: Room) => unknown)[] = [
      (room) => {
        const body = addBody(room, 1, 1);
        bodies(room).remove(body);
        return body;
      },
      () => bodies(other.room).get(1),
      () => ({ id: 1 }),
    ];
    for (const of of wrong) {
      const state = stateWithPlayer();
      const turn = () => tick(state, (room, player) => room.setAvatar(player, of(room) as never));
      expect(turn).toThrow('the avatar of player 1 must be an entity that is in the room now');
    }
  });

  it('of a player who has left is not set', () => {
    const state = stateWithPlayer();
    const player = state.room.players.get(1)!;
    state.apply(2, [{ kind: 'leave', player: 1 }]);
    state.room.setAvatar(player, state.room.entities.body!.get(1));
    state.room.look(player, 'all');
    expect(state.viewOf(1)).toBeUndefined();
    expect(tick(state)).toEqual([]);
  });
});

describe('A room that was written down', () => {
  const histories: [string, Act[], unknown[]][] = [
    ['after a death', [die], [0, [4, 5]]],
    [
      'with a player who looks at everything',
      [(room, player) => room.look(player, 'all'), die],
      [0, 'all'],
    ],
    [
      'with a second avatar',
      [die, (room, player) => room.setAvatar(player, addBody(room, 9, 9))],
      [2, [4, 5]],
    ],
  ];
  it.each(histories)('%s comes back with the same views, and the same hash', (_, acts, view) => {
    const state = stateWithPlayer();
    for (const next of acts) tick(state, next);
    expect(viewOf(state)).toEqual(view);
    const saved = structuredClone(state.save());
    const back = RoomState.restore(game, { id: 7, saved });
    expect(viewOf(back)).toEqual(view);
    expect(back.save()).toEqual(state.save());
    expect(tick(back)).toEqual([]);
  });

  it('has nothing of views for players who kept their first avatar', () => {
    const [player] = stateWithPlayer().save().players;
    expect(Object.keys(player!)).toEqual([
      'account',
      'avatar',
      'connected',
      'fence',
      'id',
      'ledger',
      'name',
    ]);
  });

  it('was changed last when a view has changed', () => {
    const state = stateWithPlayer();
    tick(state);
    state.takeChanges();
    expect(state.changedTick).toBe(1);
    tick(state, (room, player) => room.look(player, 'all'));
    state.takeChanges();
    expect(state.changedTick).toBe(3);
  });
});
