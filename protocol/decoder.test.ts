// Streams in pieces of any size, damaged and endless ones, and a receiver that pauses or stops.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Encoding, encodeBinary, encodeJson } from './codec.ts';
import { DecoderState, MessageDecoder } from './decoder.ts';
import { ProtocolError } from './errors.ts';
import { allExamples, exampleKinds } from './golden/examples.ts';
import { type Message, type MessageName, messages, type Sender } from './messages.ts';
import { messageArbitrary } from './test-arbitraries.ts';

const kindsOf = () => exampleKinds;
const encodings: Encoding[] = ['binary', 'json'];
const FRAME_BYTES_MAX = 16_384;

const encode = (encoding: Encoding, message: Message): Buffer =>
  encoding === 'binary' ? encodeBinary(message) : Buffer.from(encodeJson(message, kindsOf));
/** What the first byte of a connection is, where it is not that of a message. */
const opening = (encoding: Encoding) => Buffer.from(encoding === 'binary' ? [0] : []);
const delimiter = (encoding: Encoding) => Buffer.of(encoding === 'binary' ? 0 : 0x0a);

const messagesFrom = (from: Sender) => {
  const names = (Object.keys(messages) as MessageName[]).filter((n) => messages[n].from === from);
  return fc.oneof(...names.map((name) => messageArbitrary(name, exampleKinds)));
};

/** The messages of one side, as a list and as the bytes of a connection. */
const stream = fc
  .constantFrom<Sender>('client', 'server')
  .chain((from) => fc.tuple(fc.constant(from), fc.array(messagesFrom(from), { maxLength: 6 })));

/** A decoder that notes what it is told, and checks its invariant after every chunk. */
class Recorder {
  readonly messages: Message[] = [];
  readonly errors: ProtocolError[] = [];
  readonly decoder: MessageDecoder;
  onMessage: (() => void) | undefined;
  onMalformed: (() => void) | undefined;

  constructor(from: Sender, frameBytesMax = FRAME_BYTES_MAX, continues?: Encoding) {
    const receiver = {
      message: (message: Message) => {
        this.messages.push(message);
        this.onMessage?.();
      },
      malformed: (error: ProtocolError) => {
        expect(error).toBeInstanceOf(ProtocolError);
        this.errors.push(error);
        this.onMalformed?.();
      },
    };
    this.decoder = new MessageDecoder({ from, frameBytesMax, receiver, kindsOf, continues });
  }

  push(chunk: Buffer): void {
    this.decoder.push(chunk);
    this.checkInvariant();
  }

  /** No more is held than one frame may have, and it is counted rightly. */
  checkInvariant(): void {
    const { held, heldBytes, options } = this.decoder as unknown as {
      held: Buffer[];
      heldBytes: number;
      options: { frameBytesMax: number };
    };
    const bytes = held.reduce((sum, piece) => sum + piece.length, 0);
    expect(heldBytes).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(options.frameBytesMax);
    expect(held.length).toBeLessThan(33);
  }
}

/** Cuts `bytes` at these places, which may be beyond its end. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, i) => bytes.subarray(start, places[i] ?? bytes.length));
}

const single = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.of(byte));
const cuts = fc.array(fc.nat(4000), { maxLength: 12 });

/** The end of every test with damage: behind the next delimiter, decoding goes on. */
function expectRecovery(recorder: Recorder, encoding: Encoding): void {
  const good: Message = { type: 'leave', room: 77 };
  const before = recorder.messages.length;
  recorder.push(delimiter(encoding));
  recorder.push(encode(encoding, good));
  expect(recorder.messages.slice(before).at(-1)).toStrictEqual(good);
}

describe('PROTOCOL.md: opening a connection', () => {
  it('reads frames behind a zero, and lines from a brace on', () => {
    for (const encoding of encodings) {
      const recorder = new Recorder('client');
      expect(recorder.decoder.state).toBe(DecoderState.Opening);
      expect(recorder.decoder.encoding).toBeUndefined();
      recorder.push(opening(encoding));
      recorder.push(encode(encoding, { type: 'quit' }));
      expect(recorder.decoder.encoding).toBe(encoding);
      expect(recorder.messages).toStrictEqual([{ type: 'quit' }]);
    }
  });

  it('refuses every other first byte, tells TLS apart, and reads nothing more', () => {
    for (let first = 1; first < 256; first++) {
      if (first === 0x7b) continue;
      const recorder = new Recorder('client');
      recorder.push(Buffer.concat([Buffer.of(first, 0), encodeBinary({ type: 'quit' })]));
      recorder.push(encodeBinary({ type: 'quit' }));
      const code = first === 0x16 ? 'TLS_NOT_CONFIGURED' : 'NOT_HOLDFAST';
      expect(recorder.errors.map((error) => error.code)).toStrictEqual([code]);
      expect(recorder.messages).toHaveLength(0);
      expect(recorder.decoder.state).toBe(DecoderState.Stopped);
    }
  });
});

describe.each(encodings)('PROTOCOL.md: the %s stream', (encoding) => {
  const bytesOf = (list: readonly Message[]) =>
    Buffer.concat([opening(encoding), ...list.map((message) => encode(encoding, message))]);

  it('gives the same messages however it is split', () => {
    fc.assert(
      fc.property(stream, cuts, ([from, list], places) => {
        const recorder = new Recorder(from);
        for (const piece of pieces(bytesOf(list), places)) recorder.push(piece);
        expect(recorder.errors).toStrictEqual([]);
        expect(recorder.messages).toStrictEqual(list);
        expect(recorder.decoder.midFrame).toBe(false);
      }),
    );
  });

  it('gives the same messages byte by byte', () => {
    for (const from of ['client', 'server'] as const) {
      const all = allExamples().map(([, message]) => message);
      const list = all.filter((message) => messages[message.type].from === from);
      const recorder = new Recorder(from);
      for (const byte of single(bytesOf(list))) recorder.push(byte);
      expect(recorder.errors).toStrictEqual([]);
      expect(recorder.messages).toStrictEqual(list);
    }
  });

  it('takes empty frames and blank lines for nothing', () => {
    const recorder = new Recorder('client');
    const empty = Buffer.alloc(5, delimiter(encoding)[0]);
    if (encoding === 'json') recorder.push(encode(encoding, { type: 'quit' }));
    recorder.push(Buffer.concat([empty, encode(encoding, { type: 'quit' }), empty]));
    expect(recorder.messages.at(-1)).toStrictEqual({ type: 'quit' });
    expect(recorder.errors).toStrictEqual([]);
  });

  it('reports a stream that is cut in the middle and goes on behind the next delimiter', () => {
    fc.assert(
      fc.property(fc.array(messagesFrom('client'), { minLength: 1 }), fc.nat(), (list, n) => {
        const bytes = bytesOf(list);
        const recorder = new Recorder('client');
        recorder.push(bytes.subarray(0, 1 + (n % bytes.length)));
        expect(recorder.errors).toStrictEqual([]);
        expectRecovery(recorder, encoding);
        expect(recorder.errors.length).toBeLessThanOrEqual(1);
        const whole = recorder.messages.slice(0, -1);
        expect(whole).toStrictEqual(list.slice(0, whole.length));
      }),
    );
  });

  it('throws nothing for a corrupted stream, and goes on behind the next delimiter', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 });
    const list = fc.array(messagesFrom('client'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(list, damage, cuts, (sent, changes, places) => {
        const bytes = bytesOf(sent);
        // The first byte chooses the encoding; that it may be wrong has a test of its own.
        for (const [at, byte] of changes) bytes[1 + (at % (bytes.length - 1))] = byte;
        const recorder = new Recorder('client');
        for (const piece of pieces(bytes, places)) recorder.push(piece);
        expectRecovery(recorder, encoding);
      }),
      { numRuns: 300 },
    );
  });

  it('throws nothing for random bytes, and goes on behind the next delimiter', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), cuts, (bytes, places) => {
        const first = Buffer.of(encoding === 'binary' ? 0 : 0x7b);
        const recorder = new Recorder('client', 200);
        recorder.push(first);
        for (const piece of pieces(Buffer.from(bytes), places)) recorder.push(piece);
        expectRecovery(recorder, encoding);
      }),
    );
  });

  it('reports a frame beyond the limit once, holds none of it, and goes on behind it', () => {
    for (const size of [101, 150, 5000]) {
      for (const split of [(bytes: Buffer) => [bytes], single]) {
        const recorder = new Recorder('client', 100);
        recorder.push(encoding === 'binary' ? Buffer.of(0) : Buffer.from('{}\n'));
        recorder.errors.length = 0;
        for (const piece of split(Buffer.alloc(size, 0x41))) recorder.push(piece);
        expect(recorder.errors.map((error) => error.code)).toStrictEqual(['FRAME_TOO_LARGE']);
        expect(recorder.decoder.state).toBe(DecoderState.Skipping);
        expect(recorder.decoder.midFrame).toBe(true);
        expectRecovery(recorder, encoding);
        expect(recorder.errors).toHaveLength(1);
      }
    }
  });

  it('decodes a frame of exactly the limit, in one piece and byte by byte', () => {
    const message: Message = {
      type: 'command',
      room: 1,
      seq: 1,
      name: 'say',
      args: 'x'.repeat(300),
    };
    const bytes = encode(encoding, message);
    for (const split of [(whole: Buffer) => [whole], single]) {
      for (const [limit, expected] of [
        [bytes.length - 1, [message]],
        [bytes.length - 2, []],
      ] as const) {
        const recorder = new Recorder('client', limit);
        recorder.push(opening(encoding));
        for (const piece of split(bytes)) recorder.push(piece);
        expect(recorder.messages).toStrictEqual(expected);
      }
    }
  });

  it('loses and reorders nothing when the receiver pauses in the midst of a chunk', () => {
    const resumes = fc.array(fc.boolean(), { maxLength: 20 });
    const every = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(stream, cuts, every, resumes, ([from, list], places, pauseEvery, when) => {
        const recorder = new Recorder(from);
        const { decoder } = recorder;
        recorder.onMessage = () => {
          if (recorder.messages.length % pauseEvery === 0) decoder.pause();
        };
        pieces(bytesOf(list), places).forEach((piece, i) => {
          const seen = recorder.messages.length;
          recorder.push(piece);
          expect(recorder.messages.length - seen).toBeLessThanOrEqual(pauseEvery);
          if (when[i]) decoder.resume();
        });
        for (let i = 0; i <= list.length; i++) decoder.resume();
        expect(recorder.messages).toStrictEqual(list);
        recorder.checkInvariant();
      }),
    );
  });

  it('goes on in place when the receiver pauses and resumes within one message', () => {
    fc.assert(
      fc.property(stream, cuts, ([from, list], places) => {
        const recorder = new Recorder(from);
        recorder.onMessage = () => {
          recorder.decoder.pause();
          recorder.decoder.resume();
        };
        for (const piece of pieces(bytesOf(list), places)) recorder.push(piece);
        expect(recorder.messages).toStrictEqual(list);
      }),
    );
  });

  it('gives nothing more once it is stopped, in the midst of a chunk or paused', () => {
    fc.assert(
      fc.property(stream, cuts, fc.nat(6), fc.boolean(), ([from, list], places, n, paused) => {
        const recorder = new Recorder(from);
        recorder.onMessage = () => {
          if (paused) recorder.decoder.pause();
          if (recorder.messages.length > n) recorder.decoder.stop();
        };
        for (const piece of pieces(bytesOf(list), places)) {
          recorder.push(piece);
          recorder.decoder.resume();
        }
        for (let i = 0; i <= list.length; i++) recorder.decoder.resume();
        expect(recorder.messages).toStrictEqual(list.slice(0, n + 1));
        if (list.length > n) {
          expect(recorder.decoder.midFrame).toBe(false);
          expect((recorder.decoder as unknown as { waiting: Buffer[] }).waiting).toHaveLength(0);
        }
      }),
    );
  });

  it('holds nothing once it is stopped in the midst of a frame, and keeps nothing that follows', () => {
    for (const pausedToo of [false, true]) {
      const { decoder } = new Recorder('client');
      decoder.push(Buffer.concat([opening(encoding), Buffer.from('{"type"')]));
      expect(decoder.midFrame).toBe(true);
      if (pausedToo) decoder.pause();
      decoder.stop();
      decoder.push(Buffer.from(':"quit"}'));
      expect(decoder.midFrame).toBe(false);
      expect(decoder).toMatchObject({ held: [], heldBytes: 0, waiting: [] });
    }
  });

  it('stays stopped when the receiver stops it because of a malformed frame', () => {
    const tooLarge = Buffer.concat([Buffer.alloc(200, 0x7b), delimiter(encoding)]);
    const broken = Buffer.concat([Buffer.from('{"type":5}'), delimiter(encoding)]);
    for (const bytes of [tooLarge, broken]) {
      const recorder = new Recorder('client', 100);
      recorder.onMalformed = () => recorder.decoder.stop();
      const rest = [encode(encoding, { type: 'quit' }), Buffer.alloc(500, 0x41)];
      recorder.push(Buffer.concat([opening(encoding), bytes, ...rest]));
      for (const piece of rest) recorder.push(piece);
      expect(recorder.errors).toHaveLength(1);
      expect(recorder.messages).toHaveLength(0);
      expect(recorder.decoder.midFrame).toBe(false);
    }
  });
});

describe('A stream that another process has begun to read', () => {
  it.each(encodings)('goes on at any place of it, without an error (%s)', (encoding) => {
    const from = 'client';
    const list = fc.array(messagesFrom(from), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(list, fc.nat(), (sent, place) => {
        const frames = sent.map((message) => encode(encoding, message));
        const bytes = Buffer.concat(frames);
        const cut = place % bytes.length;
        const recorder = new Recorder(from, FRAME_BYTES_MAX, encoding);
        recorder.push(bytes.subarray(cut));
        let at = 0;
        const whole = sent.filter((_, i) => {
          const start = at;
          at += frames[i]!.length;
          return start >= cut;
        });
        expect(recorder.errors).toStrictEqual([]);
        // The end of a frame that was cut may be one by chance, and then comes first.
        expect(recorder.messages.slice(-whole.length || sent.length)).toEqual(whole);
      }),
    );
  });

  it('is no excuse for the frames after the first', () => {
    const recorder = new Recorder('client', FRAME_BYTES_MAX, 'json');
    recorder.push(Buffer.from('half}\nnot JSON\n'));
    expect(recorder.errors.map(({ code }) => code)).toEqual(['BAD_FRAME']);
  });
});

describe('PROTOCOL.md: JSON lines across chunks', () => {
  it('reads characters of several bytes that are split between chunks', () => {
    const message: Message = { type: 'hello', protocol: 1, name: 'Zoë ⛏ 💀' };
    const recorder = new Recorder('client');
    for (const byte of single(Buffer.from(encodeJson(message, kindsOf)))) recorder.push(byte);
    expect(recorder.messages).toStrictEqual([message]);
  });

  it('takes carriage returns for white space', () => {
    const recorder = new Recorder('client');
    recorder.push(Buffer.from('{"type":"quit"}\r\n\r\n{"type":"quit"}\r\n'));
    expect(recorder.messages).toHaveLength(2);
    expect(recorder.errors).toStrictEqual([]);
  });
});

describe('PROTOCOL.md: binary frames of any size', () => {
  it('decodes frames that are larger than any before', () => {
    const recorder = new Recorder('server', 4_194_304);
    recorder.push(opening('binary'));
    const list = [1, 70_000, 1_000_000].map(
      (length): Message => ({ type: 'event', room: 1, name: 'text', data: 'x'.repeat(length) }),
    );
    for (const message of list) recorder.push(encodeBinary(message));
    expect(recorder.messages).toStrictEqual(list);
  });

  it('gives messages that later frames do not change', () => {
    const recorder = new Recorder('server');
    recorder.push(opening('binary'));
    const list = allExamples()
      .map(([, message]) => message)
      .filter((message) => message.type === 'state');
    for (const message of list) recorder.push(encodeBinary(message));
    recorder.push(encodeBinary({ type: 'event', room: 1, name: 'x', data: 'y'.repeat(5000) }));
    expect(recorder.messages.slice(0, -1)).toStrictEqual(list);
  });
});
