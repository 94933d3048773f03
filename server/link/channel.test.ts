// Messages over a stream: in order and whole, however the bytes arrive, until one side ends.
import { Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channel, CONGESTED_BYTES } from './channel.ts';
import { type FromWorker, fromWorkerCodec } from './messages.ts';

const leave = (room: number): FromWorker => ({ type: 'leave', connection: 1, room });
const command = (args: unknown): FromWorker => ({
  type: 'command',
  connection: 1,
  room: 2,
  seq: 3,
  name: 'do',
  args,
  call: false,
});

/** A stream whose reads and writes the test makes. */
class Wire extends Duplex {
  declare allowHalfOpen: boolean;
  readonly written: Buffer[] = [];
  /** Whether what is written is taken at once. */
  isTaking = true;
  private waiting: (() => void)[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    if (this.isTaking) done();
    else this.waiting.push(done);
  }

  takeAll(): void {
    this.isTaking = true;
    for (const done of this.waiting.splice(0)) done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.written);
  }
}

function channelOn(stream: Duplex) {
  const got: (FromWorker | 'end of batch' | 'drained' | 'closed' | Error)[] = [];
  const channel = new Channel({
    stream,
    out: fromWorkerCodec,
    in: fromWorkerCodec,
    message: (message) => got.push(message),
    batchEnd: () => got.push('end of batch'),
    drained: () => got.push('drained'),
    closed: (error) => got.push(error ?? 'closed'),
  });
  return { channel, got };
}

function pair() {
  const [ours, theirs] = duplexPair();
  return { near: channelOn(ours), far: channelOn(theirs) };
}

/** What the channel writes for these turns of messages. */
async function bytesOf(turns: readonly (readonly FromWorker[])[]): Promise<Buffer> {
  const wire = new Wire();
  const { channel } = channelOn(wire);
  for (const turn of turns) {
    for (const message of turn) channel.send(message);
    channel.flush();
  }
  return wire.bytes;
}

describe('Batches', () => {
  it('carry all that one turn of the event loop sends, in one write', async () => {
    const wire = new Wire();
    const { channel } = channelOn(wire);
    for (const room of [1, 2, 3]) channel.send(leave(room));
    expect(wire.written).toHaveLength(0);
    await expect.poll(() => wire.written).toHaveLength(1);
    expect(channel.takeCounts()).toEqual({ messages: 3, bytes: wire.bytes.length });
    expect(channel.takeCounts()).toEqual({ messages: 0, bytes: 0 });
  });

  it('are given message by message, and then their end', async () => {
    const { near, far } = pair();
    near.channel.send(leave(1));
    near.channel.send(leave(2));
    near.channel.flush();
    near.channel.send(leave(3));
    await expect.poll(() => far.got).toHaveLength(5);
    expect(far.got).toEqual([leave(1), leave(2), 'end of batch', leave(3), 'end of batch']);
  });

  it('go both ways at once', async () => {
    const { near, far } = pair();
    near.channel.send(leave(1));
    far.channel.send(leave(2));
    await expect.poll(() => [near.got[0], far.got[0]]).toEqual([leave(2), leave(1)]);
  });
});

describe('The byte stream', () => {
  const message = fc.oneof(
    fc.nat().map(leave),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => command(Buffer.from(bytes))),
  );
  const turns = fc.array(fc.array(message, { minLength: 1, maxLength: 4 }), { maxLength: 5 });

  it('may be cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(turns, fc.array(fc.nat(40), { minLength: 1 }), async (given, cuts) => {
        const bytes = await bytesOf(given);
        const wire = new Wire();
        const { got } = channelOn(wire);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + 1 + cuts[i % cuts.length]!;
          wire.emit('data', bytes.subarray(at, end));
          at = end;
        }
        expect(got).toEqual(given.flatMap((turn) => [...turn, 'end of batch']));
      }),
    );
  });

  it('may come byte by byte', async () => {
    const bytes = await bytesOf([[leave(1), command('x'.repeat(300))], [leave(2)]]);
    const wire = new Wire();
    const { got } = channelOn(wire);
    for (const byte of bytes) wire.emit('data', Buffer.from([byte]));
    expect(got).toEqual([
      leave(1),
      command('x'.repeat(300)),
      'end of batch',
      leave(2),
      'end of batch',
    ]);
  });

  it('carries large messages', async () => {
    const { near, far } = pair();
    const large = command(Buffer.alloc(3_000_000, 7));
    near.channel.send(large);
    near.channel.send(leave(1));
    await expect.poll(() => far.got).toHaveLength(3);
    expect(
      (far.got[0] as typeof large & { args: Buffer }).args.equals(Buffer.alloc(3_000_000, 7)),
    ).toBe(true);
    expect(far.got[1]).toEqual(leave(1));
  });
});

describe('A peer that sends faster than messages are handled', () => {
  /** What libuv does in one turn of the event loop: reads of 64 KB while there is more, up to 32. */
  function readOn(wire: Wire, bytes: Buffer): Buffer {
    let rest = bytes;
    for (let i = 0; i < 32 && rest.length > 0 && !wire.isPaused(); i++) {
      wire.emit('data', rest.subarray(0, 65_536));
      rest = rest.subarray(65_536);
    }
    return rest;
  }

  it('is read some messages at a time, with a turn of the event loop between', async () => {
    const rooms = Array.from({ length: 100 }, (_, room) => room);
    const sent = rooms.map((room) => ({ ...command(Buffer.alloc(16_000)), room }) as FromWorker);
    let bytes = await bytesOf(sent.map((message) => [message]));
    const wire = new Wire();
    const { got } = channelOn(wire);
    const counts: number[] = [];
    while (bytes.length > 0) {
      const before = got.length;
      bytes = readOn(wire, bytes);
      counts.push((got.length - before) / 2);
      await setImmediate();
    }
    const messages = got.filter((each) => each !== 'end of batch');
    expect(messages.map((message) => (message as { room: number }).room)).toEqual(rooms);
    expect(counts.length).toBeGreaterThan(5);
    expect(Math.max(...counts)).toBeLessThan(20);
  });

  it('is not held up while what it sends is read as it comes', async () => {
    const bytes = await bytesOf([[command(Buffer.alloc(60_000))]]);
    const wire = new Wire();
    channelOn(wire);
    for (let i = 0; i < 50; i++) wire.emit('data', bytes);
    expect(wire.isPaused()).toBe(false);
  });
});

describe('A peer that is slow', () => {
  it('makes the channel congested, and drained when it has taken everything', async () => {
    const wire = new Wire();
    wire.isTaking = false;
    const { channel, got } = channelOn(wire);
    channel.send(command(Buffer.alloc(CONGESTED_BYTES - 100)));
    channel.flush();
    expect(channel.congested).toBe(false);
    channel.send(command(Buffer.alloc(1000)));
    channel.flush();
    expect([channel.congested, channel.unsentBytes > CONGESTED_BYTES]).toEqual([true, true]);
    expect(got).toEqual([]);
    wire.takeAll();
    await expect.poll(() => got).toEqual(['drained']);
    expect([channel.congested, channel.unsentBytes]).toEqual([false, 0]);
  });
});

describe('close', () => {
  it('sends what is queued, and then both sides are told once', async () => {
    const { near, far } = pair();
    near.channel.send(leave(1));
    near.channel.close();
    near.channel.close();
    await expect.poll(() => [near.got.at(-1), far.got.at(-1)]).toEqual(['closed', 'closed']);
    expect(far.got).toEqual([leave(1), 'end of batch', 'closed']);
    expect(near.got).toEqual(['closed']);
  });

  it('lets nothing be sent after it, and loses nothing that was sent before', async () => {
    const wire = new Wire();
    wire.isTaking = false;
    const { channel, got } = channelOn(wire);
    channel.send(leave(1));
    channel.close();
    channel.send(leave(2));
    channel.flush();
    wire.takeAll();
    wire.push(null);
    await expect.poll(() => got).toContain('closed');
    expect(got).not.toContainEqual(expect.any(Error));
    expect(wire.bytes).toEqual(await bytesOf([[leave(1)]]));
  });
});

describe('destroy', () => {
  it('cuts: what is queued is dropped, and both sides are told', async () => {
    const { near, far } = pair();
    near.channel.send(leave(1));
    near.channel.destroy();
    near.channel.destroy();
    await expect.poll(() => [near.got, far.got]).toEqual([['closed'], ['closed']]);
    near.channel.send(leave(2));
    near.channel.flush();
    expect(far.got).toEqual(['closed']);
  });

  it('passes its error on to its own side', async () => {
    const { near, far } = pair();
    near.channel.destroy(new Error('enough'));
    await expect.poll(() => near.got).toEqual([new Error('enough')]);
    await expect.poll(() => far.got).toHaveLength(1);
  });

  it('in the middle of a batch ends it', async () => {
    const bytes = await bytesOf([[leave(1), leave(2)], [leave(3)]]);
    const wire = new Wire();
    const got: FromWorker[] = [];
    const channel = new Channel({
      stream: wire,
      out: fromWorkerCodec,
      in: fromWorkerCodec,
      message(message) {
        got.push(message);
        channel.destroy();
      },
      batchEnd: () => expect.unreachable('the batch was cut'),
      closed: () => {},
    });
    wire.emit('data', bytes);
    expect(got).toEqual([leave(1)]);
  });
});

it('A frame that comes byte by byte is kept in few buffers, and is given whole', () => {
  const source = new Wire();
  const sender = channelOn(source).channel;
  sender.send(command('x'.repeat(50_000)));
  sender.flush();
  const stream = new Wire();
  const { channel, got } = channelOn(stream);
  const { bytes } = source;
  for (let i = 0; i < bytes.length - 1; i++) stream.emit('data', Buffer.from([bytes[i]!]));
  expect(channel.heldBytes).toBe(bytes.length - 1);
  expect((Reflect.get(channel, 'chunks') as Buffer[]).length).toBeLessThan(20);
  stream.emit('data', bytes.subarray(-1));
  expect(got).toEqual([command('x'.repeat(50_000)), 'end of batch']);
  expect(channel.heldBytes).toBe(0);
});
