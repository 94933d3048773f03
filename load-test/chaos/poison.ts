// A script of a process of its own that harms the group of the server as far as it can: forked by a
// chaos run, it asks for what cannot be done, fills what can be filled, and sends bytes of any kind.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Group, type Queue } from '../../server/multiprocessing/shared/index.ts';

/** The server may be dead for a while. */
const JOIN_MS = 60_000;
const LARGE_ITEMS = 60;
const LARGE_BYTES = 1_000_000;
const RAW_CONNECTIONS = 40;
const RAW_BYTES = 200_000;

const [data = '', seedText = '1'] = process.argv.slice(2);
process.title = 'holdfast poison';

/** Random bytes that a seed repeats. */
function* randomBytes(seed: number): Generator<number, never> {
  let state = seed >>> 0 || 1;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 24;
  }
}

/** @returns how many of them were refused. */
async function putHostile(queue: Queue<unknown>): Promise<number> {
  const deep = Array.from({ length: 5000 }).reduce<unknown>((inner) => [inner], 1);
  const values = [
    new Map([[{ id: 1 }, 'x']]),
    new Float32Array([1.5]),
    () => 1,
    deep,
    /x/,
    2n,
    Symbol('x'),
  ];
  const puts = await Promise.allSettled(
    values.map((value) => queue.put(value, { timeoutMs: 1000 })),
  );
  return puts.filter(({ status }) => status === 'rejected').length;
}

/** @returns how many items were refused, for want of room. */
async function fill(queue: Queue<unknown>): Promise<number> {
  const item = Buffer.alloc(LARGE_BYTES);
  let refused = 0;
  for (let i = 0; i < LARGE_ITEMS; i++) {
    await queue.put(item).catch(() => refused++);
  }
  return refused;
}

async function empty(queue: Queue<unknown>): Promise<void> {
  while ((await queue.size()) > 0) await queue.get();
}

/** A connection to the group that knows the key, and keeps no other rule. */
async function sendGarbage(bytes: Iterator<number>): Promise<void> {
  const { path, key } = JSON.parse(readFileSync(join(data, 'group.json'), 'utf8'));
  const socket: Socket = connect(path).on('error', () => {});
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('close', () => resolve());
  const pid = Buffer.alloc(4);
  pid.writeUInt32LE(process.pid);
  socket.write(Buffer.concat([Buffer.from(key, 'hex'), pid]));
  const garbage = Buffer.from(Array.from({ length: RAW_BYTES }, () => bytes.next().value!));
  // Half of them are frames with a length that is right.
  if (garbage[0]! > 127) garbage.writeUInt32LE(garbage.length - 4, 0);
  socket.end(garbage);
  socket.resume();
  await promise;
}

const group = await Group.ofServer(data, { timeoutMs: JOIN_MS });
const queue = await group.queue<unknown>('chaos poison');
const hostile = await putHostile(queue);
const refused = await fill(queue);
const bytes = randomBytes(Number(seedText));
for (let i = 0; i < RAW_CONNECTIONS; i++) await sendGarbage(bytes);
await empty(queue);
await group.close();
const text = `${hostile} values and ${refused} of ${LARGE_ITEMS} large items were refused`;
process.stdout.write(`${text}, ${RAW_CONNECTIONS} connections sent garbage\n`);
