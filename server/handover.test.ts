// A worker that dies while it serves: its connections go on with another, whatever was under way.
import { describe, expect, it } from 'vitest';
import type { Client, RoomView } from '../client/index.ts';
import { injectCode } from '../load-test/inject-code.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import {
  killPid,
  player,
  players,
  processesOf,
  rawClient,
  startServer,
  temporaryDirectory,
  workersOf,
} from './test-server.ts';

async function killWorkers(server: ServerProcess): Promise<void> {
  for (const { pid } of await workersOf(server)) killPid(pid);
}

/** Resolves at the next welcome on a living connection. */
async function handedOver(client: Client): Promise<number> {
  const [welcome] = await new Promise<[{ pauseMs?: number | undefined }]>((resolve) =>
    client.once('connected', (...args) => resolve(args)),
  );
  return welcome.pauseMs ?? Number.NaN;
}

function countLosses(client: Client): () => number {
  let losses = 0;
  client.on('disconnected', () => losses++);
  return () => losses;
}

describe('After kill -9 of every worker', () => {
  it('connections stay, sessions and rooms go on, and no command is lost or doubled', async () => {
    const server = await startServer('--workers', '2');
    const clients = await players(server, 20);
    const losses = clients.map(countLosses);
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'goldrush' })));
    const send = (room: RoomView) => room.send('walk', { dx: 1, dy: 0 });
    const sending = setInterval(() => rooms.forEach(send), 20);
    const pauses = clients.map(handedOver);
    await killWorkers(server);
    const measured = await Promise.all(pauses);
    clearInterval(sending);
    // Each has a result, so all commands before it were applied, in order and once.
    const audits = await Promise.all(rooms.map((room) => room.call('audit')));
    expect(losses.map((count) => count())).toEqual(clients.map(() => 0));
    expect(audits).toEqual(audits.map(() => expect.objectContaining({ total: 6000 })));
    expect(clients.every(({ welcome }) => welcome!.resumed && welcome!.worker > 2)).toBe(true);
    expect(Math.max(...measured)).toBeLessThan(5000);
  });

  it('again and again, nobody is disconnected', async () => {
    const server = await startServer('--workers', '2', '--restarts-max', '1000');
    const clients = await players(server, 30);
    const losses = clients.map(countLosses);
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'goldrush' })));
    for (let i = 0; i < 8; i++) {
      const { pid } = (await workersOf(server))[i % 2] ?? (await workersOf(server))[0]!;
      // It may have died of the kill before and was not reaped yet.
      killPid(pid);
      await Promise.all(rooms.map((room) => room.call('scores')));
    }
    expect(losses.map((count) => count())).toEqual(clients.map(() => 0));
    // The primary keeps one handle for each connection, and no other.
    const counted = async () =>
      (await workersOf(server)).reduce((sum, { clients }) => sum + clients, 0);
    await expect.poll(counted).toBe(30);
  });

  it('half a frame that the dead one had read does no harm, in JSON lines', async () => {
    const server = await startServer('--workers', '1');
    const client = rawClient(server).hello('ada').send({ type: 'join', game: 'goldrush' });
    const room = (await client.message('joined')).room as number;
    const received = () => server.metric('holdfast_bytes_received_total');
    const before = await received();
    client.send('{"type":"command","room":');
    await expect.poll(received).toBeGreaterThan(before);
    await killWorkers(server);
    await client.until(({ messages }) => messages.filter(({ type }) => type === 'welcome')[1]);
    client.send(`${room}}\n`, { type: 'call', room, seq: 1, name: 'audit' });
    expect(await client.message('result')).toMatchObject({ seq: 1, value: { total: 6000 } });
    expect(client.isClosed).toBe(false);
  });

  it('one whose hello was not answered is asked again', async () => {
    const server = await startServer('--workers', '1');
    const client = rawClient(server).send('{"type":"hello",');
    await expect.poll(() => server.metric('holdfast_bytes_received_total')).toBeGreaterThan(0);
    await killWorkers(server);
    await client.message('again');
    client.send('"protocol":1}\n').hello('ada');
    expect(await client.message('welcome')).toMatchObject({ name: 'ada', worker: 2 });
  });

  it('one that has said nothing yet is served from its first byte', async () => {
    const server = await startServer('--workers', '1');
    const client = rawClient(server);
    await expect.poll(async () => (await workersOf(server))[0]!.clients).toBe(1);
    await killWorkers(server);
    client.hello('ada');
    expect(await client.message('welcome')).toMatchObject({ worker: 2 });
    expect(client.messages.some(({ type }) => type === 'again')).toBe(false);
  });

  it('a process for each client is replaced for that client', async () => {
    const server = await startServer('--workers', 'per-client');
    const ada = await player(server);
    const losses = countLosses(ada);
    const room = await ada.join({ game: 'goldrush' });
    const pause = handedOver(ada);
    const serving = (await workersOf(server)).find(({ worker }) => worker === ada.welcome!.worker);
    process.kill(serving!.pid, 'SIGKILL');
    await pause;
    expect(await room.call('audit')).toMatchObject({ total: 6000 });
    expect(losses()).toBe(0);
  });

  it('closing still reaches the client at once, and the primary lets go of its handle', async () => {
    const server = await startServer('--workers', '1');
    const client = rawClient(server).hello('ada');
    await client.message('welcome');
    // A worker's answer follows all that it has told the primary before: whose the connection is.
    await server.metrics();
    await killWorkers(server);
    await client.until(({ messages }) => messages.filter(({ type }) => type === 'welcome')[1]);
    client.send({ type: 'quit' });
    await client.closed();
    await expect.poll(async () => (await workersOf(server))[0]!.clients).toBe(0);
  });
});

describe('Workers that are killed again and again', () => {
  it('make no player wait for a back-off: one is started at once while none serves', async () => {
    const server = await startServer('--workers', '1', '--restarts-max', '1000', '--spares', '1');
    const ada = await player(server);
    const restarts = () => server.log.filter(({ msg }) => msg === 'process is started again');
    for (let round = 0; round < 6; round++) {
      await expect.poll(async () => (await workersOf(server))[0]?.ready).toBe(true);
      await killWorkers(server);
      expect(await ada.lobby.call('leaderboard')).toBeDefined();
    }
    // Else the last would have waited for 800 ms.
    expect(restarts().map(({ delayMs }) => delayMs)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('When a worker fails on an error that nothing catches', () => {
  it('the log says which, and its connections go on with another', async () => {
    const folder = temporaryDirectory();
    const server = await startServer('--workers', '1', '--fault-code', folder);
    const ada = await player(server);
    const losses = countLosses(ada);
    const room = await ada.join({ game: 'goldrush' });
    const pause = handedOver(ada);
    const code = "throw new Error('out of the blue')";
    await injectCode(code, (await workersOf(server))[0]!.pid, folder);
    await pause;
    expect(await room.call('audit')).toMatchObject({ total: 6000 });
    expect(losses()).toBe(0);
    const logged = () => server.log.filter(({ msg }) => msg?.includes('out of the blue'));
    await expect.poll(() => logged().length).toBeGreaterThan(0);
    expect(logged()[0]).toMatchObject({ role: 'worker', worker: 1 });
    const crashes = async () =>
      (await fetch(`http://127.0.0.1:${server.adminPort}/api/crashes`)).text();
    // The stack comes by another way than the news of the death, and often later.
    await expect.poll(crashes).toContain('out of the blue');
  });
});

describe('Sockets that a second worker holds', () => {
  const held = (server: ServerProcess) => server.metric('holdfast_connections_held');

  it('are served by that worker as soon as the first has died, every command once', async () => {
    const server = await startServer('--workers', '2', '--restarts-max', '1000');
    const clients = await players(server, 20);
    const losses = clients.map(countLosses);
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'goldrush' })));
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => held(server)).toBe(20);
      const [victim, heir] = await workersOf(server);
      const orphans = clients.filter(({ welcome }) => welcome!.worker === victim!.worker);
      const pauses = orphans.map(handedOver);
      for (const room of rooms) for (let j = 0; j < 10; j++) room.send('walk', { dx: 1, dy: 0 });
      killPid(victim!.pid);
      await Promise.all(pauses);
      expect(orphans.map(({ welcome }) => welcome!.worker)).toEqual(
        orphans.map(() => heir!.worker),
      );
      const audits = await Promise.all(rooms.map((room) => room.call('audit')));
      expect(audits).toEqual(audits.map(() => expect.objectContaining({ total: 6000 })));
    }
    expect(losses.map((count) => count())).toEqual(clients.map(() => 0));
  });

  it('close for the client at once, also while that worker stands still', async () => {
    const server = await startServer('--workers', '2', '--hang-ms', '60000');
    const client = rawClient(server).hello('ada');
    const { worker } = await client.message('welcome');
    await expect.poll(() => held(server)).toBe(1);
    const holder = (await workersOf(server)).find((other) => other.worker !== worker)!.pid;
    process.kill(holder, 'SIGSTOP');
    client.send({ type: 'quit' });
    await client.closed();
    await expect.poll(() => held(server)).toBe(0);
    process.kill(holder, 'SIGCONT');
  });

  it('are not read there, whatever comes', async () => {
    const server = await startServer('--workers', '2');
    const client = rawClient(server).hello('ada').send({ type: 'join', game: 'goldrush' });
    const room = (await client.message('joined')).room as number;
    await expect.poll(() => held(server)).toBe(1);
    for (let seq = 1; seq <= 20; seq++) {
      client.send({ type: 'call', room, seq, name: 'audit' });
      await client.until(({ messages }) =>
        messages.find((message) => message.type === 'result' && message.seq === seq),
      );
    }
  });
});

describe('A worker that takes no more sockets', () => {
  it('has 32 on their way to it, and those that wait are counted', async () => {
    const server = await startServer('--workers', '1', '--hang-ms', '60000');
    const { pid } = (await workersOf(server))[0]!;
    const waiting = () => server.metric('holdfast_connections_waiting');
    expect(await waiting()).toBe(0);
    process.kill(pid, 'SIGSTOP');
    const clients = Array.from({ length: 40 }, () => rawClient(server).hello());
    await expect.poll(waiting).toBe(8);
    process.kill(pid, 'SIGCONT');
    await Promise.all(clients.map((client) => client.message('welcome')));
    expect(await waiting()).toBe(0);
  });
});

describe('The pause that a client is told of', () => {
  it.each(['worker', 'coordinator'] as const)(
    'begins when a %s hung, not when it was killed for that',
    async (role) => {
      const server = await startServer('--workers', '1', '--hang-ms', '1500');
      const client = await player(server);
      const room = await client.join({ game: 'goldrush' });
      let shownAt = performance.now();
      room.on('state', () => {
        shownAt = performance.now();
      });
      let seen = 0;
      client.once('connected', () => {
        seen = performance.now() - shownAt;
      });
      const pause = handedOver(client);
      // What it asks may be lost with the coordinator, so it is welcomed again.
      if (role === 'coordinator') client.join({ game: 'connect-four' }).catch(() => {});
      const [stopped] = await processesOf(server, role);
      process.kill(stopped!.pid, 'SIGSTOP');
      const ms = await pause;
      expect(ms).toBeGreaterThan(1400);
      expect(Math.abs(ms - seen)).toBeLessThan(700);
    },
  );
});
