// Game code that does not come to an end costs its time, and at most its own room: on real files.
import { describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import {
  forEver,
  HangWorld,
  hanging,
  LIMIT_MS,
  quietHanging,
  until,
  whenStopped,
} from './test-hangs.ts';

describe.each([hanging.name, quietHanging.name])('A command that hangs in a room of %s', (game) => {
  it('is refused, and the room goes on as if it had never been', async () => {
    const world = new HangWorld();
    const room = await world.open(game);
    const { session, link } = await world.joined(room);
    const other = await world.joined(room, 'bob');
    other.link.take();
    world.send(room, session, 1, 'add', { by: 2 });
    world.send(room, session, 2, 'hang');
    world.send(room, session, 3, 'add', { by: 5 });
    await until(() => link.of('result').length === 2);
    expect(link.of('rejected')).toMatchObject([{ seq: 2, code: 'GAME_ERROR' }]);
    expect(link.of('result')).toMatchObject([
      { seq: 1, value: 2 },
      { seq: 3, value: 7 },
    ]);
    // Nothing was taken from anybody, nor shown twice.
    expect([...other.link.types, ...link.types]).not.toContain('left');
    expect(other.link.of('opened')).toEqual([]);
    world.send(room, other.session, 1, 'add', { by: 1 });
    await until(() => other.link.of('result').length === 1);
    expect(world.rooms.byId(room.id)).toBe(room);
    expect(await world.hangs('skipped')).toBe(1);
    expect(world.log).toContainEqual(
      expect.objectContaining({ room: room.id, command: 'hang', player: session.id, seq: 2 }),
    );
    await world.finish();
    expect(world.isAsWritten(room.id)).toBe(true);
  });

  it('is known to the next process, which is told of it and does not run it', async () => {
    const world = new HangWorld();
    const room = await world.open(game);
    const { session, link } = await world.joined(room);
    world.send(room, session, 1, 'hang');
    await until(() => link.of('rejected').length === 1);
    world.send(room, session, 2, 'add', { by: 3 });
    await until(() => link.of('result').length === 1);
    await world.kill();
    expect(await world.hangs('skipped')).toBe(1);
    const again = new FakeLink(9);
    const same = world.sessions.byId(session.id)!;
    world.sessions.attach(same, again, 50);
    await until(() => again.of('joined').length === 1);
    expect(again.of('joined')).toMatchObject([{ seq: 2 }]);
    expect(again.of('rejected')).toMatchObject([{ seq: 1, code: 'GAME_ERROR' }]);
  });

  it('twice is refused from then on without being run, and the room goes on', async () => {
    const world = new HangWorld();
    const room = await world.open(game);
    const { session, link } = await world.joined(room);
    for (let seq = 1; seq <= 5; seq++) world.send(room, session, seq, 'hang');
    await until(() => link.of('rejected').length === 5);
    for (let seq = 6; seq <= 8; seq++) world.send(room, session, seq, 'hang');
    world.send(room, session, 9, 'add', { by: 3 });
    await until(() => link.of('result').length === 1);
    const refused = [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => ({ seq, code: 'GAME_ERROR' }));
    expect(link.of('rejected')).toMatchObject(refused);
    expect(link.of('result')).toMatchObject([{ seq: 9, value: 3 }]);
    expect([await world.hangs('skipped'), await world.hangs('quarantined')]).toEqual([2, 0]);
    await world.finish();
    expect(world.isAsWritten(room.id)).toBe(true);
  });
});

it('Commands of three names that hang are forgiven a room, and the fourth name ends it', async () => {
  const { hang } = hanging.commands as unknown as { hang: object };
  const commands = { ...(hanging.commands as object), hang1: hang, hang2: hang, hang3: hang };
  const world = new HangWorld({}, [{ ...hanging, commands } as typeof hanging]);
  const room = await world.open(hanging.name);
  const { session, link } = await world.joined(room);
  const names = ['hang', 'hang1', 'hang2', 'hang3'];
  for (const [i, name] of names.entries()) world.send(room, session, i + 1, name);
  await until(() => link.of('left').length === 1);
  expect(link.of('left')).toMatchObject([{ room: room.id, code: 'GAME_ERROR' }]);
  expect(world.folders).toEqual([`${room.id}.quarantined-1`]);
  expect([await world.hangs('skipped'), await world.hangs('quarantined')]).toEqual([3, 1]);
});

describe('A room of which the game hangs elsewhere', () => {
  it.each(['tick', 'join', 'leave'] as const)(
    'in its %s is over, its files are kept, and its players are told',
    async (where) => {
      const world = new HangWorld();
      const room = await world.open(hanging.name);
      const other = await world.open(hanging.name);
      const { link, session } = await world.joined(room);
      const onlooker = await world.joined(other);
      if (where === 'tick') world.send(room, session, 1, 'harm', { where });
      else if (where === 'join') room.join(world.session(new FakeLink(8), 'join'), 4);
      else {
        const leaver = await world.joined(room, 'leave');
        room.members.leave(leaver.session, 'LEFT', '');
      }
      await until(() => link.of('left').length === 1);
      expect(link.of('left')).toMatchObject([
        { code: 'GAME_ERROR', text: expect.stringContaining('did not come to an end') },
      ]);
      expect(world.folders).toEqual([`${room.id}.quarantined-1`, String(other.id)].sort());
      expect(world.log).toContainEqual(
        expect.objectContaining({ msg: `the game hangs outside of a command, in its ${where}` }),
      );
      world.send(other, onlooker.session, 1, 'add', { by: 1 });
      await until(() => onlooker.link.of('result').length === 1);
    },
  );

  it('when it is asked what the room is about is over, and a session that asked for a place is refused', async () => {
    const world = new HangWorld();
    const room = await world.open(hanging.name);
    const { link, session } = await world.joined(room);
    world.send(room, session, 1, 'harm', { where: 'about' });
    await until(() => link.of('result').length === 1);
    const late = new FakeLink(8);
    room.join(world.session(late), 4);
    await until(() => link.of('left').length === 1);
    expect(late.of('refused')).toMatchObject([{ request: 4, code: 'GAME_ERROR' }]);
    expect(world.folders).toEqual([`${room.id}.quarantined-1`]);
  });

  it('when it is asked what the room is about, for a player who comes back, is over', async () => {
    const world = new HangWorld();
    const room = await world.open(hanging.name);
    const { link, session } = await world.joined(room);
    world.send(room, session, 1, 'harm', { where: 'about' });
    await until(() => link.of('result').length === 1);
    world.sessions.detach(session);
    world.sessions.attach(session, link, 70);
    await until(() => link.of('left').length === 1);
    expect(world.folders).toEqual([`${room.id}.quarantined-1`]);
  });

  it('when it furnishes the room is not opened, and the next one may be', async () => {
    const create = hanging.create;
    let hangs = true;
    const game = { ...hanging, name: 'furnished', create: () => (hangs ? forEver() : create) };
    const world = new HangWorld({}, [game as unknown as typeof hanging]);
    expect(await world.rooms.open('furnished')).toBe('GAME_ERROR');
    expect(await world.hangs('refused')).toBe(1);
    hangs = false;
    expect(await world.rooms.open('furnished')).toMatchObject({ id: 1 });
  });

  it.each(['ask', 'survey', 'act'])('for its bots, in %s, goes on without them', async (part) => {
    const adders = {
      ask: () => 1,
      survey: () => 'ground',
      plan: { module: import.meta.url, run: () => [] },
      act: () => 'wait',
    };
    let isHarmful = false;
    const wrapped = Object.fromEntries(
      Object.entries(adders).map(([name, run]) => [
        name,
        name === part ? () => (isHarmful ? forEver() : (run as () => unknown)()) : run,
      ]),
    );
    const game = { ...hanging, name: 'botted', bots: wrapped } as unknown as typeof hanging;
    const world = new HangWorld({ bots: 3 }, [game]);
    const room = await world.open('botted');
    const { link, session } = await world.joined(room);
    expect(room.botCount).toBe(2);
    isHarmful = true;
    await until(() => world.pool.held.length > 0 || room.botCount === 0);
    if (part === 'act') await world.pool.give([{}, {}]);
    else if (room.botCount > 0) await world.pool.give([undefined, undefined]);
    await until(() => room.botCount === 0);
    world.send(room, session, 1, 'add', { by: 4 });
    await until(() => link.of('result').length === 1);
    expect(await world.hangs('bots')).toBe(1);
    await world.finish();
    expect(world.isAsWritten(room.id)).toBe(true);
  });

  it('for a match is over before anyone is in it', async () => {
    const game = { ...hanging, name: 'match', match: { players: 2 } } as unknown as typeof hanging;
    const world = new HangWorld({}, [game]);
    const room = await world.open('match');
    const sessions = ['ada', 'join'].map((name) => world.session(new FakeLink(), name));
    const admitted = room.admit(sessions);
    const code = typeof admitted === 'object' ? admitted.code : admitted;
    expect(['GAME_ERROR', 'ROOM_NOT_STORED']).toContain(code);
    expect([world.rooms.size, sessions[0]!.rooms.size]).toEqual([0, 0]);
  });
});

describe('While the state of a room is made again', () => {
  it('a command that comes is applied afterwards, also in a room without ticks', async () => {
    const world = new HangWorld();
    const room = await world.open(quietHanging.name);
    const { session, link } = await world.joined(room);
    whenStopped(room, () => world.send(room, session, 2, 'add', { by: 2 }));
    world.send(room, session, 1, 'hang');
    await until(() => link.of('result').length === 1);
    expect(link.of('result')).toMatchObject([{ seq: 2 }]);
    await world.finish();
  });

  it('those who come, go, come back and do something are served as ever, once it is there', async () => {
    const world = new HangWorld();
    const room = await world.open(hanging.name);
    const { session, link } = await world.joined(room);
    const going = await world.joined(room, 'going');
    const back = await world.joined(room, 'back');
    const newcomer = new FakeLink(20);
    whenStopped(room, () => {
      room.join(world.session(newcomer, 'new'), 6);
      world.send(room, session, 2, 'add', { by: 2 });
      world.send(room, going.session, 1, 'add', { by: 9 });
      room.members.leave(going.session, 'LEFT', 'bye');
      world.sessions.detach(back.session);
      back.link.take();
      world.sessions.attach(back.session, back.link, 71);
      world.send(room, back.session, 1, 'add', { by: 3 });
      room.beat();
    });
    world.send(room, session, 1, 'hang');
    await until(() => back.link.of('result').length === 1 && link.of('result').length === 1);
    await until(() => newcomer.of('joined').length === 1);
    expect(newcomer.of('joined')).toMatchObject([{ request: 6, seq: 0 }]);
    expect(back.link.of('joined')).toMatchObject([{ seq: 0 }]);
    expect(going.link.of('left')).toMatchObject([{ code: 'LEFT' }]);
    expect(link.of('rejected')).toMatchObject([{ seq: 1 }]);
    await world.finish();
    expect(world.isAsWritten(room.id)).toBe(true);
  });

  it('the process may end: the next one makes it', async () => {
    const world = new HangWorld();
    const room = await world.open(hanging.name);
    const { session } = await world.joined(room);
    const restarted = new Promise<void>((resolve) => {
      whenStopped(room, () => resolve(world.restart()));
    });
    world.send(room, session, 1, 'add', { by: 2 });
    world.send(room, session, 2, 'hang');
    await restarted;
    const link = new FakeLink(30);
    world.sessions.attach(world.sessions.byId(session.id)!, link, 50);
    await until(() => link.of('joined').length === 1);
    expect(link.of('joined')).toMatchObject([{ seq: 2 }]);
    expect(link.of('rejected')).toMatchObject([{ seq: 2, code: 'GAME_ERROR' }]);
  });
});

describe('A recovery', () => {
  it('in which a command hangs that was answered puts the room’s files aside: nothing told is taken back', async () => {
    const world = new HangWorld({ stepMsMax: 0 });
    const harmless = {
      ...hanging,
      commands: { ...(hanging.commands as object), hang: tallyAdd() },
    };
    Object.assign(world, { games: new Map([[hanging.name, harmless]]) });
    await world.kill();
    const room = await world.open(hanging.name);
    const { session, link } = await world.joined(room);
    world.send(room, session, 1, 'hang', { by: 1 });
    await until(() => link.of('result').length === 1);
    world.send(room, session, 2, 'add', { by: 1 });
    await until(() => link.of('result').length === 2);
    Object.assign(world, { games: new Map([[hanging.name, hanging]]) });
    Object.assign((world as unknown as { config: object }).config, { stepMsMax: LIMIT_MS });
    await world.kill();
    expect(world.folders).toEqual([`${room.id}.quarantined-1`]);
    expect([await world.hangs('skipped'), await world.hangs('quarantined')]).toEqual([0, 1]);
    expect(await world.hangs('repeated')).toBeGreaterThan(0);
  });

  it('of a command that was answered just within the limit waits for it where it takes longer', async () => {
    let takesMs = LIMIT_MS / 2;
    const slow = { args: tallyAdd().args, run: (...of: never[]) => slowly(takesMs, of) };
    const commands = { ...(hanging.commands as object), slow };
    const world = new HangWorld({}, [{ ...hanging, commands } as typeof hanging]);
    const room = await world.open(hanging.name);
    const { session, link } = await world.joined(room);
    world.send(room, session, 1, 'slow', { by: 1 });
    await until(() => link.of('result').length === 1);
    world.send(room, session, 2, 'add', { by: 1 });
    await until(() => link.of('result').length === 2);
    takesMs = 2.5 * LIMIT_MS;
    // Another command of the room hangs, and then the process ends.
    world.send(room, session, 3, 'hang');
    await until(() => link.of('rejected').length === 1);
    expect(link.of('rejected')).toMatchObject([{ seq: 3 }]);
    world.send(room, session, 4, 'add', { by: 1 });
    await until(() => link.of('result').length === 3);
    expect(link.of('result').at(-1)).toMatchObject({ seq: 4, value: 3 });
    await world.kill();
    expect([...world.rooms].map(({ id }) => id)).toEqual([room.id]);
    const again = new FakeLink(9);
    const same = world.sessions.byId(session.id)!;
    world.sessions.attach(same, again, 50);
    await until(() => again.of('joined').length === 1);
    world.send([...world.rooms][0]!, same, 5, 'add', { by: 1 });
    await until(() => again.of('result').some(({ seq }) => seq === 5));
    expect(again.of('result').at(-1)).toMatchObject({ seq: 5, value: 4 });
  });

  it('in which the tick hangs puts the room’s files aside, and goes on with the others', async () => {
    const world = new HangWorld();
    const room = await world.open(hanging.name);
    const other = await world.open(hanging.name);
    const { session } = await world.joined(room);
    await world.joined(other);
    const hangsInOne = {
      ...hanging,
      tick: ({ id }: { id: number }) => (id === room.id ? forEver() : undefined),
    };
    Object.assign(world, { games: new Map([[hanging.name, hangsInOne]]) });
    await world.kill();
    expect([...world.rooms].map(({ id }) => id)).toEqual([other.id]);
    expect(world.folders).toEqual([`${room.id}.quarantined-1`, String(other.id)].sort());
    expect(await world.hangs('quarantined')).toBe(1);
    const { lostRooms } = world.sessions.byId(session.id)!;
    expect([...lostRooms]).toMatchObject([[room.id, { code: 'GAME_ERROR' }]]);
  });
});

type Command = { args: object; run: (...of: never[]) => unknown };
const tallyAdd = () => (hanging.commands as unknown as { add: Command }).add;

function slowly(ms: number, of: never[]): unknown {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
  return tallyAdd().run(...of);
}
