// What a client that reads slowly, or never, gets and costs.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connect, type RoomView } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { RawClient } from './test-raw-client.ts';
import { workersOf } from './test-server.ts';

let server: ServerProcess;
let witness: Client;
let game: RoomView;

beforeAll(async () => {
  const path = fileURLToPath(new URL('test-loud-game.ts', import.meta.url));
  server = await ServerProcess.start({ args: ['--workers', '1', '--game', path] });
  witness = await connect({ port: server.port, name: 'witness' });
  game = await witness.join({ game: 'loud' });
});

afterAll(async () => {
  await witness.close();
  expect(await server.stop()).toBe(0);
});

const workerBytes = async (): Promise<number> => (await workersOf(server))[0]!.residentBytes;

const skipped = (): Promise<number> => server.metric('holdfast_states_skipped_total');

describe('A client that does not read', () => {
  it('misses states instead of having them queued, and is brought up to date by one', async () => {
    using sleeper = new RawClient(server.port);
    sleeper.hello('sleeper').send({ type: 'join', game: 'loud' });
    await sleeper.message('joined');
    sleeper.socket.pause();
    await expect.poll(skipped).toBeGreaterThan(20);
    const before = await workerBytes();
    const missed = await skipped();
    await expect.poll(skipped).toBeGreaterThan(missed + 40);
    // 40 states are 2.4 MB: nothing of them waits in the worker, but memory is noisy.
    expect((await workerBytes()) - before).toBeLessThan(20e6);

    const tick = game.tick;
    sleeper.socket.resume();
    const caughtUp = await sleeper.until(({ messages }) =>
      messages.find((message) => message.reset === true && Number(message.tick) >= tick),
    );
    const lines = caughtUp.entered as { tick: number }[];
    expect(lines).toHaveLength(60);
    expect(lines.every((line) => line.tick === caughtUp.tick)).toBe(true);
  });

  it('is disconnected when what must not be left out exceeds its bound', async () => {
    using sleeper = new RawClient(server.port);
    sleeper.hello('sleeper').send({ type: 'join', game: 'loud' });
    await sleeper.message('joined');
    sleeper.socket.pause();
    const cut = () => server.metric('holdfast_connections_closed_total', { reason: 'TOO_SLOW' });
    const before = await cut();
    // Events cannot be left out as states can.
    const shouts = setInterval(() => game.send('shout', { kilobytes: 500 }), 50);
    try {
      await expect.poll(cut).toBe(before + 1);
    } finally {
      clearInterval(shouts);
    }
  });

  it('does not hold back those who read', async () => {
    using sleeper = new RawClient(server.port);
    sleeper.hello('sleeper').send({ type: 'join', game: 'loud' });
    await sleeper.message('joined');
    sleeper.socket.pause();
    const missed = await skipped();
    await expect.poll(skipped).toBeGreaterThan(missed + 10);
    const { tick } = game;
    const from = performance.now();
    await expect.poll(() => game.tick - tick).toBeGreaterThan(40);
    expect(performance.now() - from).toBeLessThan(3000);
  });
});
