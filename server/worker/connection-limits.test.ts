// What a client may send at once: more is held back, and nothing is lost or out of order.
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { command, HELLO, settle, TestClient } from './test-connection.ts';

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

const many = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => command(from + i));

/** The numbers of the commands that went to the coordinator since the last call. */
const seqsOf = (client: TestClient) =>
  client.host.take().flatMap((message) => (message.type === 'command' ? [message.seq] : []));

const upTo = (last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_, i) => from + i);

describe('The rate limit', () => {
  const config = { commandsPerSecond: 10, inFlightMax: 1000 };

  it('lets a burst of two seconds through, then one message after the other at its rate', async () => {
    const client = await new TestClient('binary', config).read().attach();
    await client.send(...many(1, 40));
    // Of 20 tokens hello took one; the message that finds none is the last one read.
    expect(seqsOf(client)).toEqual(upTo(20));
    expect(client.host.held.size).toBe(1);
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, []]);
    now += 99;
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, []]);
    now += 1;
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, [21]]);
    now += 500;
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, upTo(26, 22)]);
    now += 10_000;
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([true, upTo(40, 27)]);
  });

  it('is told of, once in five seconds, and counted each time', async () => {
    const client = await new TestClient('json', config).read().attach();
    await client.send(...many(1, 60));
    for (const pause of [100, 100, 4799]) {
      now += pause;
      client.connection.tryResume();
    }
    await settle();
    const text = expect.stringContaining('10 a second');
    expect(client.got).toEqual([{ type: 'error', code: 'THROTTLED', text }]);
    now += 101;
    client.connection.tryResume();
    await settle();
    expect(client.host.errors).toEqual(client.got.map(() => 'THROTTLED'));
    expect(client.host.counts.throttled).toBeGreaterThan(client.got.length);
  });

  it('counts a message once, also one that waited for answers before it', async () => {
    const limits = { commandsPerSecond: 10, inFlightMax: 1 };
    const client = await new TestClient('binary', limits).read().attach();
    await client.send(...many(1, 30));
    for (let seq = 1; seq <= 18; seq++) {
      expect(seqsOf(client)).toEqual([seq]);
      client.connection.flow.answered(1, seq);
      client.connection.tryResume();
    }
    expect([seqsOf(client), client.host.counts.throttled]).toEqual([[19], 0]);
    client.connection.flow.answered(1, 19);
    client.connection.tryResume();
    expect([seqsOf(client), client.host.counts.throttled]).toEqual([[20], 1]);
    client.connection.flow.answered(1, 20);
    expect(client.connection.tryResume()).toBe(false);
    expect(seqsOf(client)).toEqual([]);
  });
});

describe('The messages of one turn of the event loop', () => {
  it('are bounded: what exceeds them is read in the next turns, in order', async () => {
    const limits = { commandsPerSecond: 10_000, inFlightMax: 10_000 };
    const client = await new TestClient('binary', limits).read().attach();
    client.socket.write(client.bytesOf(...many(1, 5000)));
    const counts: number[] = [];
    const seqs: number[] = [];
    while (seqs.length < 5000) {
      await setImmediate();
      const read = seqsOf(client);
      seqs.push(...read);
      counts.push(read.length);
    }
    expect(seqs).toEqual(upTo(5000));
    // Two turns may fall between two looks.
    expect(Math.max(...counts)).toBeLessThanOrEqual(4000);
    expect(client.host.held.size).toBe(0);
  });
});

describe('The limit of unanswered commands', () => {
  it('holds back what exceeds it, over all rooms, until answers come', async () => {
    const client = await new TestClient('json', { inFlightMax: 3 }).read().attach();
    await client.send(command(1, 1), command(1, 2), command(2, 1), command(2, 2), command(3, 1));
    expect(seqsOf(client)).toEqual([1, 1, 2]);
    expect(client.connection.tryResume()).toBe(false);
    client.connection.flow.answered(2, 1);
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, [2]]);
    client.connection.flow.answered(1, 2);
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([true, [3]]);
  });

  it('is not reached by sending a command again', async () => {
    const client = await new TestClient('json', { inFlightMax: 3 }).read().attach();
    await client.send(command(1), command(1), command(1), command(1), command(2));
    expect(seqsOf(client)).toEqual([1, 1, 1, 1, 2]);
  });
});

describe('A coordinator that cannot take messages', () => {
  it('makes the connection wait', async () => {
    const client = await new TestClient('json').read().attach();
    client.host.blocked = true;
    await client.send(...many(1, 3));
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([false, [1]]);
    client.host.blocked = false;
    expect([client.connection.tryResume(), seqsOf(client)]).toEqual([true, [2, 3]]);
  });
});

describe('A connection that is held', () => {
  it('is not read, so that its client feels it', async () => {
    const client = await new TestClient('binary', { inFlightMax: 1 }).read().attach();
    await client.send(command(1));
    let isFull = false;
    for (let i = 0; i < 100 && !isFull; i++) isFull = !client.socket.write(Buffer.alloc(10_000, 1));
    await settle();
    expect(client.socket.writableLength).toBeGreaterThan(0);
  });

  it('that is closed meanwhile reads nothing more', async () => {
    const client = await new TestClient('json', { inFlightMax: 1 }).read().attach();
    await client.send(...many(1, 3));
    client.connection.fail('SERVER_UNAVAILABLE');
    client.connection.flow.answered(1, 1);
    expect(client.connection.tryResume()).toBe(true);
    await client.send(command(4));
    expect(seqsOf(client)).toEqual([1]);
  });

  it('loses nothing and reorders nothing, whatever held it and however bytes come', async () => {
    const act = fc.oneof(
      fc.record({ write: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ pass: fc.nat(300) }),
      fc.record({ answer: fc.nat(10) }),
      fc.record({ blocked: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('binary' as const, 'json' as const),
        fc.array(act, { maxLength: 40, size: 'max' }),
        async (encoding, acts) => {
          const limits = { commandsPerSecond: 20, inFlightMax: 5 };
          const client = new TestClient(encoding, limits).read();
          const { connection, host, socket } = client;
          const bytes = client.bytesOf(HELLO, ...many(1, 60));
          let at = 0;
          let answered = 0;
          for (const does of [...acts, { write: bytes.length }]) {
            if ('write' in does) {
              socket.write(bytes.subarray(at, at + does.write));
              at += does.write;
            } else if ('pass' in does) now += does.pass;
            else if ('answer' in does) answered += does.answer;
            else host.blocked = does.blocked;
            connection.flow.answered(1, answered);
            connection.tryResume();
            await setImmediate();
          }
          host.blocked = false;
          for (let i = 0; i < 200; i++) {
            now += 100;
            connection.flow.answered(1, 60);
            if (connection.tryResume()) await settle();
          }
          expect(seqsOf(client)).toEqual(upTo(60));
          expect(connection.flow.inFlight).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });
});
