// The fuzzer: a server outlives what it sends, and what it sends is what it promises.
import { describe, expect, it } from 'vitest';
import { type Encoding, MessageDecoder } from '../../protocol/index.ts';
import { Conversation } from './conversation.ts';
import { garbage, grammarFrame, mutatedFrame } from './frames.ts';
import { Random } from './random.ts';
import type { FuzzReport } from './report.ts';
import { fuzz } from './test-fuzz.ts';

/** The codes of what a server's decoder says of these bytes. */
function codesOf(encoding: Encoding, bytes: readonly Buffer[]): Set<string> {
  const codes = new Set<string>();
  for (const frame of bytes) {
    const decoder = new MessageDecoder({
      from: 'client',
      frameBytesMax: 16_384,
      receiver: {
        message: () => void codes.add('message'),
        malformed: ({ code }) => void codes.add(code),
      },
    });
    if (encoding === 'binary') decoder.push(Buffer.of(0));
    decoder.push(frame);
  }
  return codes;
}

describe('What the fuzzer sends', () => {
  it.each(['binary', 'json'] as const)('reaches each way to refuse a frame in %s', (encoding) => {
    const random = new Random(1);
    const make = (frame: (random: Random, encoding: Encoding) => Buffer) =>
      codesOf(
        encoding,
        Array.from({ length: 1500 }, () => frame(random, encoding)),
      );
    const found = new Set(
      [grammarFrame, mutatedFrame, garbage].flatMap((frame) => [...make(frame)]),
    );
    for (const code of [
      'message',
      'BAD_FRAME',
      'UNKNOWN_MESSAGE',
      'BAD_MESSAGE',
      'FRAME_TOO_LARGE',
    ]) {
      expect(found).toContain(code);
    }
  });

  it('is the same for the same seed', () => {
    const made = (seed: number) => {
      const random = new Random(seed);
      const conversation = new Conversation(random.fork());
      const messages = Array.from({ length: 100 }, () => conversation.next());
      const frames = Array.from({ length: 100 }, () => mutatedFrame(random, 'binary'));
      return [messages, frames.map((frame) => frame.toString('hex'))];
    };
    expect(made(7)).toEqual(made(7));
    expect(made(7)).not.toEqual(made(8));
  });

  it('has numbers that the server accepts where it keeps to the protocol', () => {
    const conversation = new Conversation(new Random(3));
    const seqs: number[] = [];
    for (let i = 0; i < 500; i++) {
      const message = conversation.next();
      if ((message.type === 'command' || message.type === 'call') && message.room === 0) {
        seqs.push(message.seq);
      }
    }
    const inOrder = seqs.filter((seq, i) => seq === Math.max(0, ...seqs.slice(0, i)) + 1);
    expect(inOrder.length).toBeGreaterThan(seqs.length / 2);
  });
});

describe('A server that is attacked', () => {
  it('loses no process and no player', async () => {
    const line = '--frames 4000 --attackers 8 --players 3 --seed 5 --server-workers 1';
    const { code, out, report } = await fuzz(line);
    const { problems, frames, framesRead, errors } = report as FuzzReport;
    expect({ code, problems }).toEqual({ code: 0, problems: [] });
    expect(frames).toBeGreaterThanOrEqual(4000);
    expect(framesRead).toBeGreaterThan(400);
    expect(Object.keys(errors).length).toBeGreaterThan(5);
    expect(out).toContain('deaths of processes');
  });
});
