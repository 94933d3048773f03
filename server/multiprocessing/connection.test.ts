// Frames between processes, whole and in pieces.
import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { FrameTooLarge, frameOf, messageBytesMax } from './frame.ts';

function receiving(stream: Duplex) {
  const messages: unknown[] = [];
  const unsendable: unknown[][] = [];
  const connection = new Connection<unknown, unknown>({
    stream,
    message: (message) => messages.push(message),
    closed: () => messages.push('closed'),
    unsendable: (message, error) => unsendable.push([message, error]),
  });
  return { connection, messages, unsendable };
}

const turn = () => new Promise(setImmediate);

describe('A connection', () => {
  it('is given the same messages whatever the pieces are', async () => {
    const bytes = Buffer.concat([frameOf([1, { a: 'é' }]), frameOf([]), frameOf([[2], null])]);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const stream = new PassThrough();
      const { messages } = receiving(stream);
      for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
      await turn();
      expect(messages).toEqual([1, { a: 'é' }, [2], null]);
    }
  });

  it('gives every value as it was, few and small ones too', async () => {
    const named = Object.assign([1], { name: 'one' });
    const gap: unknown[] = [];
    gap[2] = 1;
    const twice = [[1]];
    const values = [0, -0, Number.NaN, 1e21, -1.5, 'é\ud800', '', true, null, undefined, 7n];
    const deep = [[], [[]], [[[1]]], [...values], named, gap, [twice, twice], new Map([[1, 2]])];
    const { connection, messages } = receiving(new PassThrough());
    for (const value of [...values, ...deep]) {
      connection.send(value);
      connection.flush();
      connection.send(['done', 1, value]);
      connection.flush();
    }
    await turn();
    await turn();
    const both = [...values, ...deep].flatMap((value) => [value, ['done', 1, value]]);
    expect(messages).toStrictEqual(structuredClone(both));
  });

  it('sends all of a turn in one frame', async () => {
    const written: Buffer[] = [];
    const stream = new Duplex({
      read() {},
      write(chunk, _, done) {
        written.push(chunk);
        done();
      },
    });
    const { connection } = receiving(stream);
    connection.send(1);
    connection.send(2);
    await turn();
    expect(written).toEqual([frameOf([1, 2])]);
  });

  it('leaves out only what cannot be sent, in order', async () => {
    const { connection, messages, unsendable } = receiving(new PassThrough());
    const call = () => {};
    const large = new Uint8Array(messageBytesMax);
    for (const message of [1, call, 2, large, 3]) connection.send(message);
    await turn();
    await turn();
    expect(messages).toEqual([1, 2, 3]);
    const [first, second] = unsendable;
    expect([first![0] === call, second![0] === large]).toEqual([true, true]);
    expect(String(first![1])).toContain('value: a function cannot cross');
    expect(second![1]).toBeInstanceOf(FrameTooLarge);
  });
});
