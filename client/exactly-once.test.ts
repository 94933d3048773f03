import { describe, expect, test } from 'vitest';
import { encodeBinary, type Message } from '../protocol/index.ts';
import { type FakeConnection, FakeServer, joined, state } from './fake-server.ts';
import { connect } from './index.ts';

const INPUTS = 300;

/** Numbers from 0 up to 1 that follow from `seed` (mulberry32, T. Ettinger). */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A room that survives its connections, as the coordinator does: it applies the next input,
 *  answers an older one from what it keeps, and answers a gap with `resumed`. After an input it may
 *  lose the connection, before or after the answer, or the worker, and with it the input or half a
 *  frame. */
class FaultyRoom {
  readonly applied: string[] = [];
  faults = 0;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  async serve(server: FakeServer): Promise<never> {
    for (let known = false; ; known = true) {
      const connection = await server.accept();
      await connection.welcome({ resumed: known, rooms: known ? [3] : [] });
      if (known) this.resume(connection);
      const closed = connection.closed.then(() => undefined);
      let alive = true;
      while (alive) {
        const message = await Promise.race([connection.inbox.take(), closed]);
        alive = message !== undefined && this.input(connection, message);
      }
    }
  }

  private resume(connection: FakeConnection): void {
    connection.send(joined(), { type: 'resumed', room: 3, seq: this.applied.length });
  }

  /** @returns whether the connection lives on. */
  private input(connection: FakeConnection, message: Message): boolean {
    if (message.type === 'join') connection.send(joined({ request: message.request! }));
    if (message.type !== 'command' && message.type !== 'call') return true;
    const { seq, name, type } = message;
    const fault = this.random();
    if (fault < 0.02) return this.cut(connection);
    if (fault > 0.98) return this.swallow(connection);
    if (seq > this.applied.length + 1) {
      connection.send({ type: 'resumed', room: 3, seq: this.applied.length });
      return true;
    }
    if (seq === this.applied.length + 1) this.applied.push(name);
    if (fault < 0.04) return this.cut(connection);
    const answer: Message =
      type === 'call'
        ? { type: 'result', room: 3, seq, value: this.applied[seq - 1] }
        : state({ ack: this.applied.length });
    if (fault < 0.06) {
      this.faults++;
      connection.socket.write(encodeBinary(answer).subarray(0, -3));
      connection.socket.write(Buffer.of(0));
      this.resume(connection);
    } else connection.send(answer as Message<'state'>);
    return true;
  }

  /** The worker had read the input and died; the one in its place says where to go on. */
  private swallow(connection: FakeConnection): true {
    this.faults++;
    setImmediate(() => this.resume(connection));
    return true;
  }

  private cut(connection: FakeConnection): false {
    this.faults++;
    connection.socket.destroy();
    return false;
  }
}

describe('under faults from a seed', () => {
  const seeds = [1, 2, 3, Math.floor(Math.random() * 2 ** 31)];
  test.each(seeds)(
    'every input is applied once, in order, and every call answered (%i)',
    async (seed) => {
      const random = randomOf(seed);
      await using server = await FakeServer.listen();
      const faulty = new FaultyRoom(random);
      void faulty.serve(server);
      const client = await connect({ port: server.port, name: 'ada', random: () => 0 });
      const room = await client.join({ game: 'goldrush' });
      const sent: string[] = [];
      const calls: Promise<unknown>[] = [];
      const called: string[] = [];
      while (sent.length < INPUTS) {
        const name = `input-${sent.length}`;
        sent.push(name);
        if (random() < 0.8) room.send(name);
        else {
          called.push(name);
          calls.push(room.call(name));
        }
        if (random() < 0.1) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await Promise.all(calls)).toEqual(called);
      await expect.poll(() => room.ack).toBe(INPUTS);
      expect(faulty.applied).toEqual(sent);
      expect(faulty.faults).toBeGreaterThan(2);
      expect(room.unacknowledged).toBe(0);
      client.destroy();
    },
  );
});
