// What a worker does with the sockets that reach it when the server stops.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { readConfig } from '../read-config.ts';
import { RawClient } from '../test-raw-client.ts';
import { Worker } from './index.ts';

it('A socket that arrives when the server stops is told so, and closed', async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = Promise.withResolvers<number>();
  const worker = new Worker({
    config: readConfig([]),
    linkPath: '/dev/null/there-is-no-coordinator',
    worker: 1,
    log: {} as Log,
    metrics: { count() {}, gauge() {}, total: () => 0 } as unknown as ProcessMetrics<'worker'>,
    ready: () => expect.unreachable(),
    identified() {},
    begun() {},
    closed: closed.resolve,
    released() {},
  });
  try {
    worker.drain();
    using client = new RawClient((server.address() as { port: number }).port);
    const [socket] = (await once(server, 'connection')) as [Socket];
    worker.accept(7, 'here', socket, null);
    await client.closed();
    expect(client.messages).toMatchObject([{ type: 'bye', code: 'SERVER_STOPPING' }]);
    expect(await closed.promise).toBe(7);
  } finally {
    worker.close();
    server.close();
  }
});
