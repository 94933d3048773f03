// A client that is gone is told from one that has only said all it will say, by real sockets.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { TestHost } from './test-connection.ts';

let server: Server;
let client: Socket;
let connection: Connection;
let host: TestHost;
let got: string;
let sweeping: NodeJS.Timeout;

beforeEach(async () => {
  server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  host = new TestHost();
  connection = new Connection(5, '127.0.0.1', socket, host);
  client.write('{"type":"hello","protocol":1,"name":"ada"}\n');
  await expect.poll(() => host.sent.length).toBe(1);
  connection.attachment.attached('token', 'ada', 'key');
  connection.send({ type: 'event', room: 0, name: 'first', data: 1 });
  got = '';
  client.on('data', (chunk) => {
    got += chunk;
  });
  await expect.poll(() => got).toMatch(/first/);
  sweeping = setInterval(() => connection.checkTimes(performance.now()), 20);
});
afterEach(() => {
  clearInterval(sweeping);
  connection.destroy();
  client.destroy();
  server.close();
});

it('A client that has closed its socket is gone within two sweeps, and not after seconds', async () => {
  client.destroy();
  await expect.poll(() => host.reasons.length, { timeout: 1000 }).toBe(1);
});

it('A client that sends no more and still reads is served on, with an empty line now and then', async () => {
  client.end();
  await expect.poll(() => got).toMatch(/"first".*\n\n\n\n$/);
  connection.send({ type: 'event', room: 0, name: 'late', data: 1 });
  await expect.poll(() => got).toMatch(/"late"/);
  expect(host.reasons).toEqual([]);
});
