// What a load-test says at once of a target that is no server.
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { FakeServer } from '../client/fake-server.ts';
import { probeTarget, TargetError } from './probe.ts';

/** Enough for a second attempt. */
const PATIENCE_MS = 200;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function refusal(port: number, host = '127.0.0.1'): Promise<{ first: string; last: string }> {
  const told: string[] = [];
  const error = await probeTarget({ host, port }, (text) => told.push(text), PATIENCE_MS).catch(
    (error) => error,
  );
  expect(error).toBeInstanceOf(TargetError);
  // On a busy machine the first attempt is the last one, too.
  expect(told.length).toBeLessThanOrEqual(1);
  return { first: told[0] ?? error.message, last: error.message };
}

it('A port on which nothing listens is named, with what to do', async () => {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  const { first, last } = await refusal(port);
  expect(first).toBe(
    `nothing listens on 127.0.0.1:${port} (ECONNREFUSED): start the server with npm start, or correct host and port`,
  );
  expect(last).toBe(first);
});

it('A port of a web server is said to be one of another program', async () => {
  const { last } = await refusal(await listening(createHttpServer()));
  expect(last).toMatch(/is the port of another program, .*--port says/);
});

it('A port that ends connections is said not to be one for game clients', async () => {
  const { last } = await refusal(await listening(createServer((socket) => void socket.destroy())));
  expect(last).toMatch(/ends connections without a word|is the port of another program/);
});

it('A host whose name there is not is named', async () => {
  const { last } = await refusal(8000, 'no-such-host.invalid');
  expect(last).toMatch(/^(there is no host of the name in|the name in) no-such-host\.invalid:8000/);
});

it('A server that answers is taken', async () => {
  await using server = await FakeServer.listen();
  const told: string[] = [];
  const target = { host: '127.0.0.1', port: server.port };
  const probing = probeTarget(target, (text) => told.push(text));
  const connection = await server.accept();
  await connection.welcome();
  await probing;
  expect(told).toEqual([]);
});
