// Whatever a process sends to the coordinator of its group costs that process its connection alone.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputKinds } from '../../coordinator/sync/index.ts';
import { Group, type Queue } from './index.ts';
import { SyncServer } from './sync-server.ts';
import { FRAME_BYTES_MAX, GREETING_BYTES, HELLO_BYTES, KEY_BYTES, readExactly } from './wire.ts';

const key = Buffer.alloc(KEY_BYTES, 7);
let directory: string;
let path: string;
let server: SyncServer;
let notices: string[];
let group: Group;
let queue: Queue<unknown>;
let hasFailed = false;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  path = join(directory, 'socket');
  notices = [];
  hasFailed = false;
  const notice = (text: string) => notices.push(text);
  server = await SyncServer.listen({ path, key, notice, journal: join(directory, 'journal') });
  server.failed.then(() => {
    hasFailed = true;
  });
  group = await Group.join({ HOLDFAST_GROUP: path, HOLDFAST_GROUP_KEY: key.toString('hex') });
  queue = await group.queue('q');
});
afterEach(async () => {
  await group.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

/** A connection that was greeted, and may send anything. */
async function intrude(): Promise<Socket> {
  const socket = connect(path).on('error', () => {});
  const hello = Buffer.alloc(HELLO_BYTES);
  key.copy(hello);
  hello.writeUInt32LE(process.pid, KEY_BYTES);
  socket.write(hello);
  expect(await readExactly(socket, GREETING_BYTES)).toHaveLength(GREETING_BYTES);
  return socket.resume();
}

function frameOf(body: Uint8Array, length = body.length): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32LE(length, 0);
  frame.set(body, 4);
  return frame;
}

const plain = new Packr({ useRecords: false, variableMapSize: true });
const packed = (...messages: unknown[]): Buffer => frameOf(plain.pack(messages));
const attach = (owner = '1-intruder') => [inputKinds.attach.tag, owner, 0];
const put = (request: number, value: unknown): unknown[] => {
  return [inputKinds.put.tag, '', request, 0, false, 'q', value, null];
};
const open = (request: number, name: unknown, spec: unknown): unknown[] => {
  return [inputKinds.open.tag, '', request, 0, false, name, spec];
};

async function isCutOff(frames: readonly Buffer[]): Promise<void> {
  const socket = await intrude();
  const closed = once(socket, 'close');
  for (const frame of frames) socket.write(frame);
  await closed;
}

/** The others are served as before. */
async function isServed(): Promise<void> {
  await queue.put('x');
  expect(await queue.get()).toBe('x');
  expect(hasFailed).toBe(false);
}

const deep = Buffer.alloc(5000, 0x91);
const records = new Packr({ useRecords: true });
const extended = new Packr({ moreTypes: true, structuredClone: true, useRecords: false });
const circle: unknown[] = [];
circle.push(circle);

const bodies: [string, Buffer[]][] = [
  ['nothing', [frameOf(Buffer.alloc(0))]],
  ['text', [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
  ['no array', [frameOf(plain.pack({ a: 1 }))]],
  ['messages that are no arrays', [packed(1, 'x', null)]],
  ['a kind that there is not', [packed(attach(), [99, '', 1])]],
  ['what the coordinator says to itself', [packed(attach(), [inputKinds.expire.tag])]],
  ['an array with too many elements', [frameOf(Buffer.from('dd7fffffff', 'hex'))]],
  ['a frame that is longer than any', [frameOf(Buffer.alloc(0), FRAME_BYTES_MAX + 1)]],
  ['a frame of 4 GB', [frameOf(Buffer.alloc(0), 0xffffffff)]],
  ['deep nesting', [frameOf(deep)]],
  ['deep nesting in a value', [packed(attach(), put(1, [[[[[[[[[[[[[[1]]]]]]]]]]]]]]))]],
  [
    'records',
    [
      frameOf(
        records.pack([
          { a: 1, b: 2 },
          { a: 3, b: 4 },
        ]),
      ),
    ],
  ],
  ['extensions', [frameOf(extended.pack([new Map([[{ id: 1 }, 'x']]), new Set([1]), /x/, 1n]))]],
  ['typed arrays and errors', [frameOf(extended.pack([new Float32Array([1.5]), new Error('x')]))]],
  ['circles', [frameOf(extended.pack(circle))]],
  ['a Map as a value', [packed(attach(), put(1, new Map([['a', 1]])))]],
  ['an object as a value', [packed(attach(), put(1, { a: 1 }))]],
  ['a Date as a value', [packed(attach(), put(1, new Date()))]],
  ['undefined', [packed(attach(), put(1, undefined))]],
  ['a name that is no text', [packed(attach(), open(1, { a: 1 }, { kind: 'lock' }))]],
  ['a kind of object that there is not', [packed(attach(), open(1, 'x', { kind: 'x' }))]],
  ['a kind that objects inherit', [packed(attach(), open(1, 'x', { kind: 'toString' }))]],
  ['an object without its members', [packed(attach(), open(1, 'x', { kind: 'queue' }))]],
  ['an object with more members', [packed(attach(), open(1, 'x', { kind: 'lock', a: 1 }))]],
  [
    'a key __proto__',
    [packed(attach(), open(1, 'x', JSON.parse('{"__proto__":{"kind":"lock"}}')))],
  ],
  ['a number of a request that is none', [packed(attach(), put('1' as never, 1))]],
  ['too few fields', [packed(attach(), [inputKinds.put.tag, '', 1, 0, false, 'q'])]],
  ['a long frame before it attaches', [frameOf(Buffer.alloc(0), 70_000)]],
  ['a request before it attaches', [packed(put(1, 1))]],
  ['another name on the same connection', [packed(attach()), packed(attach('1-other'))]],
  ['a name without end', [packed(attach('x'.repeat(5000)))]],
];

describe('A process that sends', () => {
  it.each(bodies)('%s is cut off, which costs the others nothing', async (_, frames) => {
    await isCutOff(frames);
    await isServed();
    expect(notices.at(-1)).toMatch(/process \d+ .*of the group was cut off: /);
  });

  it('random bytes, or messages with random parts, ends nothing but its connection', async () => {
    const value = fc.oneof(
      fc.anything({ withDate: true, withNullPrototype: false, withTypedArray: true }),
      fc.constantFrom(0, 1, 2 ** 53, -1, Number.NaN, '', 'q', 'x'.repeat(2000), null, true),
    );
    const tag = fc.constantFrom(...Object.values(inputKinds).map((kind) => kind.tag));
    const message = fc
      .tuple(tag, fc.array(value, { maxLength: 10 }))
      .map(([first, rest]): unknown[] => [first, ...rest]);
    const sane = fc
      .tuple(tag, fc.nat({ max: 9 }), fc.array(value, { maxLength: 4 }))
      .map(([first, request, rest]): unknown[] => [first, '', request, 0, false, 'q', ...rest]);
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => frameOf(bytes)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.array(fc.oneof(message, sane), { maxLength: 5 }).map((some) => packed(attach(), ...some)),
      fc.array(value, { maxLength: 5 }).map((some) => frameOf(extended.pack(some))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 4 }), async (frames) => {
        const socket = await intrude();
        for (const bytes of frames) socket.write(bytes);
        socket.end();
        if (!socket.closed) await once(socket, 'close');
        expect(hasFailed).toBe(false);
      }),
      { numRuns: 300 },
    );
    // The whole parts have been applied: the queue may have been ended.
    queue = await group.queue('another');
    await isServed();
  });

  it('an item of bytes that cannot be unpacked fails the call that reads it, and can be confirmed', async () => {
    const socket = await intrude();
    const request = open(1, 'q', { kind: 'queue', maxSize: 0 });
    const garbage = Buffer.from([0xff, 0x0f, 0x5c, 0x63, 0xff]);
    socket.write(packed(attach(), request, put(2, garbage), put(3, Buffer.from('{"a'))));
    await expect(queue.get()).rejects.toMatchObject({ code: 'BAD_VALUE' });
    const taken = await queue.take();
    expect(() => taken.value).toThrow('cannot be read');
    await taken.confirm();
    expect(await queue.size()).toBe(0);
    await isServed();
    socket.destroy();
  });

  it('requests and reads no reply is not read from either, so its replies take bounded memory', async () => {
    const value = await group.value<unknown>('v', 0);
    await value.set('x'.repeat(1_000_000));
    const socket = (await intrude()).pause();
    const opening = open(1, 'v', { kind: 'value', initial: 0 });
    socket.write(packed(attach(), opening));
    const read = (request: number) => [inputKinds.read.tag, '', request, 0, false, 'v'];
    const reads = Array.from({ length: 100_000 }, (_, i) => read(2 + i));
    for (let i = 0; i < reads.length; i += 20) socket.write(packed(...reads.slice(i, i + 20)));
    const requested = socket.writableLength;
    await expect.poll(() => server.counts.bytes).toBeGreaterThan(8_000_000);
    await isServed();
    expect(socket.writableLength).toBeGreaterThan(requested / 2);
    expect(server.counts.bytes).toBeLessThan(64_000_000);
    socket.destroy();
  });
});
