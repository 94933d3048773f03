// How the server starts, stops, and goes on when one of its processes does not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServerProcess, ServerStartError } from '../load-test/server-process.ts';
import { RawClient } from './test-raw-client.ts';
import {
  isAlive,
  pidsOf,
  player,
  rawClient,
  startServer,
  startServerWith,
  temporaryDirectory,
  workersOf,
} from './test-server.ts';

/** What a start that must fail says on stderr, which is one line, with exit code 1. */
async function refusal(...args: string[]): Promise<string> {
  const error = await ServerProcess.start({ args }).then(
    async (server) => {
      await server.stop();
      throw new Error('it started');
    },
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ServerStartError);
  expect((error as ServerStartError).exitCode).toBe(1);
  return (error as ServerStartError).message;
}

describe('Starting', () => {
  it('fails with one line that names the port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await refusal('--port', String(port))).toContain(`127.0.0.1:${port}: the port is taken`);
    expect(await refusal('--admin-port', String(port))).toContain(`127.0.0.1:${port}`);
  });

  it('fails with one line for settings that contradict each other', async () => {
    expect(await refusal('--hang-ms', '300')).toContain('--hang-ms must be at least');
  });

  it('fails with one line for a data directory that cannot be', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'file');
    writeFileSync(path, '');
    expect(await refusal('--data', path)).toContain(`cannot use ${path}: it is not a directory`);
  });

  it('fails with one line where another cluster has started it, as pm2 may', async () => {
    const script = `const cluster = require('node:cluster');
      const args = ['--data', process.argv[1]];
      cluster.setupPrimary({ exec: 'dist/server/main.js', execArgv: [], args });
      cluster.fork().on('exit', (code) => process.exit(code));`;
    const child = spawn(process.execPath, ['-e', script, temporaryDirectory()], {
      cwd: new URL('..', import.meta.url),
    });
    let text = '';
    child.stderr.on('data', (more) => {
      text += more;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(text).toMatch(/^holdfast: this process is a worker of another cluster .*\n$/);
  });

  it('fails with one line for a game that is not there, or not right', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'game.mjs');
    expect(await refusal('--game', path)).toContain('there is no such file');
    writeFileSync(path, 'export default { name: 7 }');
    expect(await refusal('--game', path)).toMatch(/name must be .*ticksPerSecond must be/);
  });

  it('loads a game from outside of the package by what README says', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'counter.ts');
    writeFileSync(
      path,
      `import { defineGame, refuse, Type } from 'holdfast/game';
      export default defineGame({
        name: 'counter', text: 'Counts.', ticksPerSecond: 0, playersMax: 2, entities: {},
        state: () => ({ count: 0 }),
        commands: {
          add: {
            args: Type.Object({ n: Type.Integer() }),
            run(room, player, { n }) {
              if (n < 0) refuse('NEGATIVE', 'Only up.');
              room.state.count += n;
              return room.state.count;
            },
          },
        },
      });`,
    );
    const client = await player(await startServer('--game', path), 'ada');
    const room = await client.join({ game: 'counter' });
    expect(await room.call('add', { n: 2 })).toBe(2);
    expect(await room.call('add', { n: 3 })).toBe(5);
    await expect(room.call('add', { n: -1 })).rejects.toMatchObject({ code: 'NEGATIVE' });
  });
});

describe('Stopping', () => {
  it('tells clients, exits 0, and leaves no process and no file', async () => {
    const directory = temporaryDirectory();
    const server = await startServerWith({ TMPDIR: directory }, '--workers', '2');
    const pids = await pidsOf(server);
    const client = rawClient(server).hello();
    await client.message('welcome');
    expect(await server.stop()).toBe(0);
    await client.closed();
    expect(await client.message('bye')).toMatchObject({ code: 'SERVER_STOPPING' });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('does not wait for ever for a client that does not read', async () => {
    const server = await startServer('--workers', '1', '--drain-ms', '300');
    const client = rawClient(server).hello();
    await client.message('welcome');
    client.socket.pause();
    expect(await server.stop()).toBe(0);
  });
});

describe('When the primary is killed', () => {
  it('its children end by themselves, and leave no file', async () => {
    const directory = temporaryDirectory();
    const server = await startServerWith({ TMPDIR: directory }, '--workers', '2');
    const pids = await pidsOf(server);
    await server.kill();
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('Processes that start', () => {
  it('a game may take longer to load than what counts as a hang', async () => {
    const path = join(temporaryDirectory(), 'heavy.mjs');
    writeFileSync(
      path,
      `import { defineGame } from 'holdfast/game';
      for (const end = Date.now() + 1500; Date.now() < end; );
      export default defineGame({
        name: 'heavy', text: 'Is long to load.', ticksPerSecond: 0, playersMax: 9, entities: {},
        state: () => ({}), commands: {},
      });`,
    );
    const server = await startServer('--game', path, '--hang-ms', '900', '--workers', '1');
    expect(server.log.filter(({ msg }) => msg?.includes('hangs'))).toEqual([]);
    await (await player(server)).join({ game: 'heavy' });
  });
});

describe('When workers die', () => {
  it('the server gives up, and says so, when that happens too often', async () => {
    const server = await startServer('--workers', '1', '--restarts-max', '2');
    let pid = 0;
    const next = async () => {
      const [worker] = await workersOf(server);
      return worker?.responsive && worker.pid !== pid ? worker.pid : 0;
    };
    for (let i = 0; i < 3; i++) {
      await expect.poll(next).not.toBe(0);
      pid = await next();
      process.kill(pid, 'SIGKILL');
    }
    expect(await server.exitCode).toBe(1);
    expect(server.stderr).toMatch(/^holdfast: more than 2 restarts of processes.*\n$/);
    await server.stop();
  });
});

const secondWelcome = (client: RawClient) =>
  client.until(({ messages }) => messages.filter(({ type }) => type === 'welcome')[1]);

describe('--workers per-client', () => {
  it('starts no process for connections that send no hello', async () => {
    const limits = ['--per-client-max', '2', '--per-client-spare', '1'];
    const server = await startServer('--workers', 'per-client', ...limits);
    const silent = Array.from({ length: 20 }, () => rawClient(server));
    await expect.poll(async () => (await workersOf(server)).map((w) => w.clients)).toContain(20);
    expect(await workersOf(server)).toHaveLength(2);
    const ada = rawClient(server).hello('ada');
    expect(await secondWelcome(ada)).toMatchObject({ resumed: true });
    await expect.poll(async () => (await workersOf(server)).length).toBe(3);
    expect(silent.some(({ isClosed }) => isClosed)).toBe(false);
  });

  it('limits the processes of an address, and serves its further clients by the shared one', async () => {
    const limits = ['--per-client-per-address-max', '1', '--per-client-spare', '1'];
    const server = await startServer(
      ...['--workers', 'per-client', '--exempt-addresses', 'none'],
      ...limits,
    );
    const ada = rawClient(server).hello('ada');
    await secondWelcome(ada);
    const bob = rawClient(server).hello('bob');
    await bob.message('welcome');
    const counts = async () => (await workersOf(server)).map((w) => w.clients).sort();
    await expect.poll(counts).toEqual([0, 1, 1]);
    ada[Symbol.dispose]();
    expect(await secondWelcome(bob)).toMatchObject({ resumed: true });
  });

  it('gives each connection a process of its own, up to the limit', async () => {
    const server = await startServer('--workers', 'per-client', '--per-client-max', '2');
    const ada = rawClient(server).hello('ada');
    const bob = rawClient(server).hello('bob');
    // The first is of the worker that all share until their hello.
    const numbers = [await secondWelcome(ada), await secondWelcome(bob)];
    expect(new Set(numbers.map(({ worker }) => worker)).size).toBe(2);
    const carl = rawClient(server).hello('carl');
    await carl.closed();
    expect(carl.messages).toMatchObject([{ type: 'error', code: 'SERVER_FULL' }]);
    expect(
      await server.metric('holdfast_connections_refused_total', { reason: 'per_client' }),
    ).toBe(1);
  });

  it('ends a process with its connection, and keeps spare ones ready', async () => {
    const server = await startServer('--workers', 'per-client', '--per-client-spare', '1');
    const ada = rawClient(server).hello('ada');
    const { worker } = await secondWelcome(ada);
    const pids = async () => (await workersOf(server)).map(({ pid }) => pid).sort();
    await expect.poll(async () => (await pids()).length).toBe(3);
    // Not by the number of clients, which the process that all share may still report.
    const used = (await workersOf(server)).find((process) => process.worker === worker)!.pid;
    ada[Symbol.dispose]();
    await expect.poll(pids).not.toContain(used);
    await expect.poll(async () => (await pids()).length).toBe(2);
  });
});

describe('--workers per-client, over time', () => {
  it('serves more clients one after another than it may have processes', async () => {
    const limits = ['--per-client-max', '2', '--per-client-spare', '1'];
    const server = await startServer('--workers', 'per-client', ...limits);
    for (let i = 0; i < 5; i++) {
      await expect
        .poll(async () => {
          using client = rawClient(server).hello();
          await client.until(({ messages }) => messages.length > 0);
          client.send({ type: 'quit' });
          await client.closed();
          return client.messages[0]!.type;
        })
        .toBe('welcome');
    }
  });
});

describe('Limits of connections', () => {
  it('refuses what exceeds the limit of an address, and counts it', async () => {
    const limit = ['--connections-per-address-max', '2', '--exempt-addresses', 'none'];
    const server = await startServer('--workers', '1', ...limit);
    const kept = [rawClient(server).hello(), rawClient(server).hello()];
    for (const client of kept) await client.message('welcome');
    const refused = rawClient(server).hello();
    await refused.closed();
    expect(refused.messages).toMatchObject([{ type: 'error', code: 'ADDRESS_LIMIT' }]);
    kept[0]![Symbol.dispose]();
    await expect
      .poll(async () => {
        const next = rawClient(server).hello();
        await next.until(({ messages }) => messages.length > 0);
        return next.messages[0]!.type;
      })
      .toBe('welcome');
  });
});

describe('When file descriptors run short', () => {
  it('connections are refused with a reason, and the log says what to do', async () => {
    // 128 are kept for other things and 6 for each of 2 children: 32 connections have room.
    const flags = '--host 127.0.0.1 --port 0 --admin-port 0 --workers 1';
    const command = `ulimit -n 172; exec "$0" dist/server/main.js ${flags} --data "$1"`;
    const args = ['-c', command, process.execPath, temporaryDirectory()];
    const child = spawn('sh', args, { cwd: new URL('..', import.meta.url) });
    onTestFinished(async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
    let log = '';
    child.stdout.on('data', (text) => {
      log += text;
    });
    await expect.poll(() => log).toContain('"serving"');
    const port = Number(/"port":(\d+)/.exec(log)![1]);
    const clients = Array.from({ length: 40 }, () => new RawClient(port).hello());
    onTestFinished(() => {
      for (const client of clients) client[Symbol.dispose]();
    });
    const answers = await Promise.all(
      clients.map((client) => client.until(({ messages }) => messages[0])),
    );
    const count = (type: string) => answers.filter((answer) => answer.type === type).length;
    expect([count('welcome'), count('error')]).toEqual([32, 8]);
    expect(answers.find(({ type }) => type === 'error')).toMatchObject({ code: 'SERVER_FULL' });
    expect(log).toContain('raise ulimit -n');
  });
});
