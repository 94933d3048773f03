import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../observe/index.ts';
import { type Admin, type AdminSource, type ProcessInfo, startAdmin } from './admin.ts';
import type { RestartStatus } from './rolling-restart.ts';

const worker: ProcessInfo = {
  role: 'worker',
  slot: 1,
  worker: 2,
  pid: 99,
  uptimeSeconds: 1.5,
  restarts: 0,
  clients: 7,
  eventLoopLagMs: 0.1,
  residentBytes: 5e7,
  responsive: true,
  ready: true,
  lastBeatAgeMs: 12,
};
const coordinator: ProcessInfo = { ...worker, role: 'coordinator', worker: null, pid: 98 };

const idle: RestartStatus = {
  state: 'idle',
  startedAt: null,
  endedAt: null,
  replaced: 0,
  error: null,
};

const logged: string[] = [];
const log = createLog({ role: 'primary', level: 'info', write: (line) => logged.push(line) });
const running: Admin[] = [];

async function start(source: Partial<AdminSource> = {}, port = 0): Promise<Admin> {
  const whole: AdminSource = {
    metricsText: async () => 'holdfast_connections 7\n',
    unreadyReason: () => undefined,
    unhealthyReason: () => undefined,
    processes: () => [coordinator, worker],
    crashes: () => [],
    restart: () => ({ ...idle, state: 'restarting' }),
    restartStatus: () => idle,
    ...source,
  };
  const admin = await startAdmin({
    host: '127.0.0.1',
    port,
    names: ['game.example.net'],
    source: whole,
    log,
  });
  running.push(admin);
  return admin;
}

const get = (admin: Admin, path: string, init?: RequestInit) =>
  fetch(`http://127.0.0.1:${admin.port}${path}`, init);

const sentenceOf = async (response: Response) =>
  Object.values((await response.json()) as Record<string, string>).at(-1);

/** Sends bytes as they are, and resolves with everything that comes back until the end. */
function raw(admin: Admin, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(admin.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (more) => {
    answer += more;
  });
  socket.on('close', () => resolve(answer));
  socket.on('error', reject);
  socket.write(text);
  return promise;
}

afterEach(async () => {
  for (const admin of running.splice(0)) await admin.close();
});

describe('the admin interface', () => {
  it('gives the metrics as Prometheus text', async () => {
    const response = await get(await start(), '/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('holdfast_connections 7\n');
  });

  it('lists the processes as JSON', async () => {
    const response = await get(await start(), '/api/processes?pretty');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ processes: [coordinator, worker] });
  });

  it.each(['/healthz', '/readyz'])('answers 503 with the reason at %s', async (path) => {
    const reason = 'The disk is full.';
    const answers = { unreadyReason: () => reason, unhealthyReason: () => reason };
    const response = await get(await start(answers), path);
    expect(response.status).toBe(503);
    expect(await sentenceOf(response)).toBe(reason);
    expect((await get(await start(), path)).status).toBe(200);
  });

  it('is ready when players can play', async () => {
    const response = await get(await start(), '/readyz');
    expect([response.status, await response.json()]).toEqual([200, { ready: true }]);
  });

  it('lists its routes at the root, all of which there are', async () => {
    const admin = await start();
    const text = await (await get(admin, '/')).text();
    const paths = [...text.matchAll(/^(\/\S*)/gm)].map(([path]) => path);
    expect(paths).toHaveLength(7);
    for (const path of paths) expect((await get(admin, path)).status, path).toBe(200);
  });

  it('answers HEAD without a body', async () => {
    const response = await get(await start(), '/metrics', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

/** The status of a request with these headers, some of which `fetch` forbids. */
async function statusOf(admin: Admin, line: string, ...headers: string[]): Promise<number> {
  const answer = await raw(
    admin,
    `${[line, 'connection: close', ...headers].join('\r\n')}\r\n\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);
}

describe('a request that names the server', () => {
  const at = (path: string, host: string) => async (admin: Admin) =>
    statusOf(admin, `GET ${path} HTTP/1.1`, `host: ${host}`);
  const own = ['127.0.0.1:9464', '[::1]:9464', '10.1.2.3', 'localhost:1', 'holdfast:9464'];
  it.each([...own, 'a.localhost', 'GAME.example.net.'])(
    'by its own name is answered: %s',
    async (host) => {
      expect(await at('/api/crashes', host)(await start())).toBe(200);
    },
  );

  const foreign = ['evil.example', '127.0.0.1.evil.example:9464', 'game.example.net.evil.example'];
  it.each([...foreign, 'user@localhost', 'a b', ''])(
    'by another, as a web page would whose name was pointed here, is refused: %j',
    async (host) => {
      const admin = await start();
      for (const path of ['/api/crashes', '/api/processes', '/metrics', '/']) {
        expect(await at(path, host)(admin), path).toBeGreaterThanOrEqual(400);
      }
      const post = await statusOf(admin, 'POST /api/restart HTTP/1.1', `host: ${host}`);
      expect(post).toBeGreaterThanOrEqual(400);
    },
  );

  it('by another is answered where only health is asked for', async () => {
    const admin = await start();
    for (const path of ['/healthz', '/readyz']) {
      expect(await at(path, 'balancer.example')(admin)).toBe(200);
    }
  });

  it('and comes from a web page does not restart it', async () => {
    const admin = await start();
    const post = (header: string) =>
      statusOf(admin, 'POST /api/restart HTTP/1.1', 'host: localhost', header);
    expect(await post('origin: http://localhost')).toBe(403);
    expect(await post('sec-fetch-site: cross-site')).toBe(403);
    expect(await post('sec-fetch-site: none')).toBe(202);
  });
});

describe('connections that are kept', () => {
  it('shut out no health check, however many they are and whatever they have sent', async () => {
    const admin = await start();
    const idle = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const socket = connect(admin.port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
        if (i % 3 === 0) socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
        if (i % 3 === 1) socket.write('GET /healthz HTTP/1.1\r\nhost:');
        return socket;
      }),
    );
    expect((await get(admin, '/healthz')).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  it('end where they have been quiet the longest', async () => {
    const admin = await start();
    const closed: number[] = [];
    const ask = async (socket: ReturnType<typeof connect>) => {
      socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await once(socket, 'data');
    };
    const sockets = [];
    for (let i = 0; i < 64; i++) {
      const socket = connect(admin.port, '127.0.0.1').on('error', () => {});
      socket.on('close', () => closed.push(i));
      await once(socket, 'connect');
      await ask(socket);
      sockets.push(socket);
    }
    await ask(sockets[0]!);
    expect((await get(admin, '/healthz')).status).toBe(200);
    await expect.poll(() => closed).toEqual([1]);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a request that it cannot answer', () => {
  it.each(['/nothing', '/metrics/', '/__proto__', '/constructor', '//metrics'])(
    'gets 404 and a sentence: %s',
    async (path) => {
      const response = await get(await start(), path);
      expect(response.status).toBe(404);
      expect(await sentenceOf(response)).toContain('There is nothing at this path.');
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])(
    'gets 405 for %s, and what is allowed',
    async (method) => {
      const body = method === 'POST' ? 'x'.repeat(100_000) : null;
      const response = await get(await start(), '/metrics', { method, body });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(await sentenceOf(response)).toBe('This path takes GET and HEAD only.');
    },
  );

  it('gets 500 when the server fails on it, and the log says why', async () => {
    const failing = async () => {
      throw new Error('no metrics today');
    };
    const admin = await start({ metricsText: failing });
    const response = await get(admin, '/metrics');
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).not.toContain('today');
    expect(logged.at(-1)).toContain('no metrics today');
    expect((await get(admin, '/healthz')).status).toBe(200);
  });

  it('gets 431 when its headers are too large', async () => {
    const head = `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(await start(), head)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('gets 400 when it is not HTTP', async () => {
    expect(await raw(await start(), '\0\x01\x02 garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('gets 408 when its headers do not come to an end', async () => {
    expect(await raw(await start(), 'GET / HTTP/1.1\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('starting and stopping', () => {
  it('rejects for a port that is taken, naming host and port and the flag to change', async () => {
    const { port } = await start();
    await expect(start({}, port)).rejects.toMatchObject({
      name: 'ListenError',
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*--admin-port`)),
    });
  });

  it('closes while a client keeps its connection, and can be told twice', async () => {
    const admin = await start();
    await (await get(admin, '/healthz', { keepalive: true })).text();
    const held = connect(admin.port, '127.0.0.1');
    await once(held, 'connect');
    held.write('GET /healthz HTTP/1.1\r\nhost:');
    // Cut in the middle of its request, it may see that as an error.
    held.on('error', () => {});
    const cut = new Promise((closed) => held.once('close', closed));
    await Promise.all([admin.close(), admin.close(), cut]);
    await expect(get(admin, '/healthz')).rejects.toThrow();
  });
});
