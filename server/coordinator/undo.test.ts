// A command or hook changes nothing in its room where it refuses, throws, or returns a value that is not plain.
import { describe, expect, it } from 'vitest';
import { defineGame, type Entity, type Game, type Room, refuse, Type } from '../games/game.ts';
import { type Input, RoomState } from './room-state.ts';

const noArgs = Type.Object({});

type Act = (room: TestRoom, player: { avatar: Entity | undefined }) => unknown;
type TestRoom = Room<typeof entities, State>;
interface State {
  gold: number;
  list: number[];
  deep: { bag: { item: string }[]; names: Record<string, number> };
}

const entities = {
  painter: { x: 'u8', y: 'u8', gold: 'u16' },
  note: { text: 'string' },
} as const;

/** A game whose command `act`, and whose hooks, do what the test says. */
function gameOf(act: Act, hooks: Partial<Game> = {}): Game {
  return {
    ...defineGame({
      name: 'workshop',
      text: 'Painters.',
      ticksPerSecond: 10,
      playersMax: 9,
      world: { width: 64, height: 64, viewRadius: 8 },
      entities,
      items: ['coin'],
      state: (): State => ({
        gold: 5,
        list: [3, 1, 2],
        deep: { bag: [{ item: 'rope' }], names: { ada: 1, bob: 2 } },
      }),
      create(room) {
        for (let i = 0; i < 4; i++) room.entities.note.add({ text: `note ${i}` });
      },
      join: (room) => room.entities.painter.add({ x: 5, y: 5, gold: 10 }) as unknown as Entity,
      leave(room, { avatar }) {
        if (avatar) room.entities.painter.remove(avatar as never);
      },
      commands: { act: { args: noArgs, run: (room, player) => act(room, player) } },
    }),
    ...hooks,
  } as Game;
}

const join = (player: number): Input => ({ kind: 'join', player, name: `player ${player}` });
const leave = (player: number): Input => ({ kind: 'leave', player });
const act = (seq: number): Input => {
  return { kind: 'command', player: 1, seq, name: 'act', args: {}, call: true };
};

function roomOf(game: Game): RoomState {
  const state = new RoomState(game, { id: 1, seed: 7, now: 0 });
  state.apply(1, [join(1)]);
  state.takeChanges();
  return state;
}

/** All that the room remembers, but for what it remembers of commands. */
function memoryOf(state: RoomState) {
  const { players, ...saved } = structuredClone(state.save());
  return { ...saved, players: players.map(({ ledger: _, ...player }) => player) };
}

/** What a batch with the command says and changes, beside the same batch without it. */
function compare(change: Act, end: () => unknown) {
  const game = gameOf((room, player) => {
    change(room, player);
    return end();
  });
  const [tried, untried] = [roomOf(game), roomOf(game)];
  const outputs = tried.apply(2, [act(1)]);
  const others = untried.apply(2, []);
  expect(memoryOf(tried)).toEqual(memoryOf(untried));
  expect(tried.takeChanges()).toEqual(untried.takeChanges());
  const { answers, failures, ...rest } = outputs;
  const { answers: _, failures: __, ...otherRest } = others;
  expect(rest).toEqual(otherRest);
  expect(tried.allRows()).toEqual(untried.allRows());
  return { answer: answers[0]!.answer, failures };
}

const changes: Record<string, Act> = {
  'sets fields': (_room, { avatar }) => Object.assign(avatar!, { x: 9, gold: 99 }),
  'sets a field several times': (_room, { avatar }) => {
    for (let x = 0; x < 5; x++) Object.assign(avatar!, { x });
  },
  'adds entities and sets their fields': (room) => {
    for (let x = 0; x < 3; x++) room.entities.painter.add({ x }).gold = 7;
  },
  'removes entities from between others': (room) => {
    for (const id of [2, 3]) room.entities.note.remove(room.entities.note.get(id)!);
  },
  'adds an entity and removes it': (room) => {
    const painter = room.entities.painter.add({ x: 1 });
    painter.x = 2;
    room.entities.painter.remove(painter);
  },
  'moves an entity and removes it': (room, { avatar }) => {
    Object.assign(avatar!, { x: 60, y: 60 });
    room.entities.painter.remove(avatar as never);
  },
  'draws random numbers': ({ random }) => [random.float(), random.integer(1, 6), random.pick([1])],
  'deposits and withdraws': (room) => {
    const [player] = room.players.values();
    room.bank.deposit(player!, 'coin', 5);
    room.bank.withdraw(player!, 'coin', 2);
    room.bank.balance(player!, 'coin');
  },
  'sends events': (room) => {
    room.broadcast('all', { gold: room.state.gold });
    room.send([...room.players.values()][0]!, 'one', room.state.list);
  },
  'ends the room': (room) => room.end('over'),
  'sets values of its memory': ({ state }) => {
    state.gold += 3;
    state.deep.names.ada = 9;
    state.deep.names.eve = 4;
  },
  'deletes keys of its memory and sets them again': ({ state }) => {
    delete state.deep.names.ada;
    state.deep.names.ada = 1;
  },
  'sorts, splices and shortens lists': ({ state }) => {
    state.list.sort();
    state.list.splice(1, 1, 8, 9);
    state.list.length = 1;
    state.deep.bag.push({ item: 'lamp' });
    state.deep.bag[0]!.item = 'knot';
    state.deep.bag.reverse();
  },
  'gives its memory a new root': (room) => {
    room.state.list.push(4);
    room.state = { gold: 0, list: [], deep: { bag: [], names: {} } };
    room.state.gold = 1;
  },
  'freezes a part of its memory that it has changed': ({ state }) => {
    state.list.push(4);
    Object.freeze(state.list);
    Object.setPrototypeOf(state.deep.names, {});
  },
};

const ends: Record<string, () => unknown> = {
  refuses: () => refuse('NO', 'No.'),
  throws: () => {
    throw new Error('no');
  },
  'returns a function': () => () => {},
  'returns a promise': () => Promise.resolve(1),
  'returns a promise that is rejected': () => Promise.reject(new Error('late')),
};

describe.each(Object.entries(changes))('A command that %s', (_what, change) => {
  it.each(Object.entries(ends))('and %s changes nothing', (how, end) => {
    const { answer, failures } = compare(change, end);
    const code = how === 'refuses' ? 'NO' : 'GAME_ERROR';
    expect(answer).toMatchObject({ kind: 'rejected', code });
    expect(failures).toHaveLength(how === 'refuses' ? 0 : 1);
  });
});

describe('A command that is refused', () => {
  it('leaves the changes of others in its batch', () => {
    let isRefused = false;
    const game = gameOf((room, { avatar }) => {
      (avatar as unknown as { gold: number }).gold++;
      room.state.list.push(room.random.integer(0, 9));
      room.broadcast('now', room.state.list);
      isRefused = !isRefused;
      if (!isRefused) refuse('NO', 'No.');
    });
    const state = roomOf(game);
    const { events } = state.apply(2, [act(1), act(2), act(3)]);
    expect(events).toHaveLength(2);
    expect(events[0]!.data).toHaveLength(4);
    expect(state.save().entities[0]).toEqual([[5, [5, 5, 12]]]);
    expect((state.save().state as State).list).toHaveLength(5);
  });

  it('leaves entities where `near` finds them, in the order of ids', () => {
    let near: number[] = [];
    const game = gameOf(
      (room) => {
        const painters = [...room.entities.painter];
        for (const painter of painters) painter.x = 60;
        room.entities.painter.remove(painters[0]!);
        room.entities.painter.add({ x: 5, y: 5 });
        refuse('NO', 'No.');
      },
      {
        tick(room) {
          near = room.entities.painter!.near(5, 5, 2).map(({ id }) => id);
        },
      },
    );
    const state = roomOf(game);
    state.apply(2, [join(2), join(3), act(1)]);
    expect(near).toEqual([5, 6, 7]);
    expect([...state.room.entities.painter!].map(({ id }) => id)).toEqual([5, 6, 7]);
  });

  it('keeps the objects of the memory: a reference from before sees what it saw', () => {
    let kept: number[] | undefined;
    const game = gameOf((room) => {
      kept ??= room.state.list;
      kept.push(7);
      if (kept.length > 4) refuse('NO', 'No.');
    });
    const state = roomOf(game);
    state.apply(2, [act(1), act(2)]);
    expect(kept).toEqual([3, 1, 2, 7]);
    expect((state.room.state as State).list).toBe(kept);
  });

  it('gives game code plain objects, which every function takes', () => {
    const game = gameOf(({ state }) => {
      const { list, deep } = structuredClone(state);
      const [first] = state.deep.bag;
      return [list, deep.bag.length, state.deep.bag.includes(first!), JSON.stringify(state.list)];
    });
    const { answers } = roomOf(game).apply(2, [act(1)]);
    expect(answers[0]!.answer).toEqual({
      kind: 'result',
      value: [[3, 1, 2], 1, true, '[3,1,2]'],
    });
  });
});

describe('A refusal with a code that ends connections', () => {
  it('is a failure, and the log says which code to change', () => {
    const game = gameOf(() => refuse('SERVER_FULL', 'No.'));
    const { answers, failures } = roomOf(game).apply(2, [act(1)]);
    expect(answers[0]!.answer).toMatchObject({ kind: 'rejected', code: 'GAME_ERROR' });
    expect(String(failures[0]!.error)).toContain('refuse took SERVER_FULL');
  });
});

describe('Code that goes on after its command was refused for a promise', () => {
  it('can change neither entities nor the memory', async () => {
    const errors: unknown[] = [];
    const game = gameOf((room, { avatar }) => {
      const { list } = room.state;
      const attempts = [
        () => Object.assign(avatar!, { x: 50 }),
        () => room.entities.note.add({ text: 'late' }),
        () => room.random.float(),
        () => {
          room.state = { ...room.state, gold: 50 };
        },
      ];
      return (async () => {
        await undefined;
        list.push(50);
        room.state.list.push(50);
        for (const attempt of attempts) {
          try {
            attempt();
          } catch (error) {
            errors.push(error);
          }
        }
      })();
    });
    const [tried, untried] = [roomOf(game), roomOf(game)];
    const { failures } = tried.apply(2, [act(1)]);
    untried.apply(2, []);
    await new Promise((resolve) => setImmediate(resolve));
    expect(memoryOf(tried)).toEqual(memoryOf(untried));
    expect(errors).toHaveLength(4);
    expect(String(failures[0]!.error)).toContain('must not be async');
    tried.apply(3, [join(2)]);
    untried.apply(3, [join(2)]);
    expect(memoryOf(tried)).toEqual(memoryOf(untried));
  });
});

const spoil = (room: Room): void => {
  const { painter } = room.entities as unknown as TestRoom['entities'];
  for (const one of painter) Object.assign(one, { gold: 0 });
  for (const one of painter) painter.remove(one);
  (room.state as State).list.push(8);
  room.random.float();
  room.broadcast('spoiled', null);
};

describe('A player', () => {
  it.each<[string, () => unknown, string]>([
    ['refuses', () => refuse('TEAM_FULL', 'The team is full.'), 'TEAM_FULL'],
    ['throws', () => JSON.parse('{'), 'GAME_ERROR'],
    ['returns no entity', () => ({ id: 5 }), 'GAME_ERROR'],
    ['returns a promise', async () => undefined, 'GAME_ERROR'],
  ])('for whom `join` %s gets no place, and the room does not change', (_how, end, code) => {
    const fine = gameOf(() => {});
    const joinHook: Game['join'] = (room, player) => {
      if (player.id === 1) return fine.join!(room, player);
      spoil(room);
      return end() as undefined;
    };
    const game = { ...fine, join: joinHook };
    const [tried, untried] = [roomOf(game), roomOf(game)];
    const { turnedAway, joined, events, failures } = tried.apply(2, [join(2)]);
    untried.apply(2, []);
    expect(turnedAway).toEqual([{ player: 2, code, text: expect.any(String) }]);
    expect([joined, events, tried.playerCount]).toEqual([[], [], 1]);
    expect(failures.map(({ part }) => part)).toEqual(code === 'GAME_ERROR' ? ['join'] : []);
    expect(memoryOf(tried)).toEqual(memoryOf(untried));
    expect(tried.takeChanges()).toEqual(untried.takeChanges());
  });

  it.each<[string, () => unknown]>([
    ['throws', () => JSON.parse('{')],
    ['refuses', () => refuse('STAY', 'Stay.')],
  ])('for whom `leave` %s is gone with the avatar; the rest does not change', (_how, end) => {
    const hook = (room: Room) => {
      spoil(room);
      end();
    };
    const game = gameOf(() => {}, { leave: hook } as Partial<Game>);
    const state = roomOf(game);
    state.apply(2, [join(2)]);
    const { state: memory, random } = structuredClone(state.save());
    const { failures, events } = state.apply(3, [leave(2)]);
    expect(failures).toMatchObject([{ part: 'leave', player: 2 }]);
    expect([state.playerCount, events]).toEqual([1, []]);
    expect(state.save()).toMatchObject({
      state: memory,
      random,
      entities: [[[5, [5, 5, 10]]], {}],
    });
  });

  it('that was turned away and left in one batch is told nothing of that', () => {
    const game = gameOf(() => {}, { join: () => refuse('NO', 'No.') });
    const state = new RoomState(game, { id: 1, seed: 7, now: 0 });
    expect(state.apply(1, [join(1), leave(1)]).turnedAway).toEqual([]);
    expect(state.apply(2, [join(1), leave(1), join(1)]).turnedAway).toHaveLength(1);
  });
});

describe('An effect whose `settled` throws', () => {
  it('is settled, and what the hook has changed is undone', () => {
    const game = gameOf((room) => room.bank.deposit([...room.players.values()][0]!, 'coin', 5), {
      settled: (room) => {
        spoil(room);
        throw new Error('no');
      },
    });
    const state = roomOf(game);
    state.apply(2, [act(1)]);
    const { entities, state: memory, random } = structuredClone(state.save());
    const settled: Input = { kind: 'settled', n: 1, accepted: false, balance: 0 };
    const { failures, events } = state.apply(3, [settled]);
    expect(failures).toMatchObject([
      { part: 'settled', player: 1, effect: { n: 1, kind: 'deposit', amount: 5, accepted: false } },
    ]);
    expect(events).toEqual([]);
    expect(state.save()).toMatchObject({ entities, state: memory, random });
    expect(state.effects).toEqual([]);
  });
});

describe('A refusal that comes after changes', () => {
  it('is reported with what had changed, where that is asked for', () => {
    const game = gameOf((room, { avatar }) => {
      Object.assign(avatar!, { x: 6 });
      room.state.gold++;
      room.state.deep.bag[0]!.item = 'lamp';
      room.random.float();
      room.entities.note.add({});
      room.broadcast('now', null);
      refuse('NO', 'No.');
    });
    const state = roomOf(game);
    expect(state.apply(2, [act(1)]).undone).toEqual([]);
    state.reportMistakes();
    const { undone } = state.apply(3, [act(2)]);
    expect(undone).toEqual([
      {
        part: 'command',
        player: 1,
        command: 'act',
        changes: [
          'painter 5 x',
          'random numbers drawn',
          'note 6 added',
          'state.gold',
          'state.deep.bag[0].item',
          'event now sent',
        ],
      },
    ]);
  });

  it('is not reported where nothing had changed', () => {
    const state = roomOf(gameOf(({ state }) => refuse('NO', `No ${state.gold}.`)));
    state.reportMistakes();
    expect(state.apply(2, [act(1)]).undone).toEqual([]);
  });
});
