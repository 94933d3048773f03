// Frames to send: as the protocol has them, with values that it does not expect, and broken ones.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'msgpackr';
import {
  type ClientMessage,
  type Encoding,
  encodeBinary,
  encodeJson,
  frameOf,
  messages,
  PROTOCOL_VERSION,
} from '../../protocol/index.ts';
import { packageRoot } from '../package-root.ts';
import type { Random } from './random.ts';
import { anyValue } from './values.ts';

const FRAME_BYTES_MAX = 20_000;
const delimiters: Readonly<Record<Encoding, Buffer>> = {
  binary: Buffer.of(0),
  json: Buffer.from('\n'),
};

/** The golden messages as whole frames. */
const golden: Readonly<Record<Encoding, readonly Buffer[]>> = {
  binary: goldenFiles('.bin'),
  json: goldenFiles('.jsonl'),
};

function goldenFiles(ending: string): Buffer[] {
  const folder = join(packageRoot(), 'protocol/golden');
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  return files.sort().map((name) => readFileSync(join(folder, name)));
}

export const helloOf = (name: string): ClientMessage => ({
  type: 'hello',
  protocol: PROTOCOL_VERSION,
  name,
});

export function encode(message: ClientMessage, encoding: Encoding): Buffer {
  if (encoding === 'binary') return encodeBinary(message);
  return Buffer.from(encodeJson(message, () => undefined));
}

/** A message of the table, whose fields are left out, or have any value, or one that is right. */
export function grammarFrame(random: Random, encoding: Encoding): Buffer {
  const [type, { tag, fields }] = random.pick(Object.entries(messages));
  const entries = Object.keys(fields).flatMap((name) => {
    return random.onceIn(8) ? [] : [[name, fieldOf(random, name)] as const];
  });
  if (random.onceIn(20)) entries.push(['extra', anyValue(random)]);
  if (encoding === 'binary') return frameOf(pack([tag, ...entries.map(([, value]) => value)]));
  return lineOf({ type, ...Object.fromEntries(entries) });
}

function fieldOf(random: Random, name: string): unknown {
  if (random.onceIn(3)) return anyValue(random);
  const right: Record<string, unknown> = {
    protocol: PROTOCOL_VERSION,
    room: random.below(3),
    seq: 1 + random.below(5),
    request: random.below(100),
    time: random.below(1e6),
    game: 'goldrush',
    name: 'walk',
    args: { dx: random.below(3) - 1, dy: 0 },
  };
  return name in right ? right[name] : anyValue(random);
}

function lineOf(value: unknown): Buffer {
  // A line feed would be the end of the frame.
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** A golden message whose bytes are changed: within the frame, or of the frame itself. */
export function mutatedFrame(random: Random, encoding: Encoding): Buffer {
  const frame = random.pick(golden[encoding]);
  const isFramed = random.onceIn(2);
  const mutated = mutate(random, isFramed ? frame : frame.subarray(0, -1)).subarray(
    0,
    FRAME_BYTES_MAX,
  );
  if (isFramed) return mutated;
  // The framing is right, so that the decoder behind it sees what is wrong.
  return encoding === 'binary' ? frameOf(mutated) : Buffer.concat([mutated, delimiters.json]);
}

function mutate(random: Random, source: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(source);
  for (let i = 0; i <= random.below(4); i++) {
    const at = random.below(bytes.length + 1);
    switch (random.weighted({ flip: 4, insert: 2, remove: 2, repeat: 1, splice: 1 })) {
      case 'flip':
        if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
        break;
      case 'insert':
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          random.bytes(1 + random.below(8)),
          bytes.subarray(at),
        ]);
        break;
      case 'remove':
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]);
        break;
      case 'repeat':
        bytes = Buffer.concat(Array(1 + random.below(20)).fill(bytes));
        break;
      case 'splice': {
        const other = random.pick(golden[random.pick(['binary', 'json'] as const)]);
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]);
      }
    }
  }
  return bytes;
}

/** Bytes that are nothing, or begin like something: TLS, HTTP, a frame of this protocol. */
export function garbage(random: Random): Buffer {
  const begins = [
    '',
    '\0',
    '{',
    '\x16\x03\x01',
    'GET / HTTP/1.1\r\n\r\n',
    'SSH-2.0-x\r\n',
    '{"type":',
  ];
  const begin = Buffer.from(random.pick(begins), 'latin1');
  return Buffer.concat([begin, random.bytes(random.below(2000))]);
}

/** A golden message as it is, also one that only servers send. */
export const goldenFrame = (random: Random, encoding: Encoding): Buffer =>
  random.pick(golden[encoding]);
