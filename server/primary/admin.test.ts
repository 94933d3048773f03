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
  const admin = await startAdmin({ host: '127.0.0.1', port, source: whole, log });
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
