// Every message of the table there and back in both encodings, and what is refused of others.
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { cobsDecode } from './cobs.ts';
import { decodeBinary, decodeJson, encodeBinary, encodeJson } from './codec.ts';
import { type ErrorCode, ProtocolError } from './errors.ts';
import { allExamples, exampleKinds, examples } from './golden/examples.ts';
import { type Message, type MessageName, messages, type Sender } from './messages.ts';
import { messageArbitrary } from './test-arbitraries.ts';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const names = Object.keys(messages) as MessageName[];
const kindsOf = () => exampleKinds;

function bodyOf(frame: Uint8Array): Buffer {
  const body = Buffer.alloc(frame.length);
  return body.subarray(0, cobsDecode(frame, 0, frame.length - 1, body));
}

function throughBinary(message: Message): Message {
  const body = bodyOf(encodeBinary(message));
  const decoded = decodeBinary(messages[message.type].from, body, body.length);
  // The next frame is decoded in the same place: nothing of the message may refer to it.
  body.fill(0xee);
  return decoded;
}

function throughJson(message: Message): Message {
  return decodeJson(messages[message.type].from, encodeJson(message, kindsOf), kindsOf);
}

function fromValues(from: Sender, ...values: unknown[]): Message {
  const body = packr.pack(values);
  return decodeBinary(from, body, body.length);
}

const fromLine = (from: Sender, object: unknown) =>
  decodeJson(from, JSON.stringify(object), kindsOf);

function codeThrownBy(act: () => unknown): ErrorCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe.each(names)('PROTOCOL.md: the message %s', (name) => {
  it('is the same behind the binary encoding', () => {
    fc.assert(
      fc.property(messageArbitrary(name, exampleKinds), (message) => {
        expect(throughBinary(message)).toStrictEqual(message);
      }),
    );
  });

  it('is the same behind JSON lines', () => {
    fc.assert(
      fc.property(messageArbitrary(name, exampleKinds), (message) => {
        expect(throughJson(message)).toStrictEqual(message);
      }),
    );
  });

  it('is one line in JSON, and one frame without a zero inside in binary', () => {
    fc.assert(
      fc.property(messageArbitrary(name, exampleKinds), (message) => {
        const line = encodeJson(message, kindsOf);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const frame = encodeBinary(message);
        expect(frame.indexOf(0)).toBe(frame.length - 1);
      }),
    );
  });

  it('is refused when it comes from the other side', () => {
    const message = (examples[name] as Record<string, Message>)[name]!;
    const other = messages[name].from === 'client' ? 'server' : 'client';
    const body = bodyOf(encodeBinary(message));
    const line = encodeJson(message, kindsOf);
    expect(codeThrownBy(() => decodeBinary(other, body, body.length))).toBe('UNKNOWN_MESSAGE');
    expect(codeThrownBy(() => decodeJson(other, line, kindsOf))).toBe('UNKNOWN_MESSAGE');
  });

  it('is refused when a required field is missing, and when there is a field too many', () => {
    const message = (examples[name] as Record<string, Message>)[name]!;
    const { tag, from, fields } = messages[name];
    const tooMany = [tag, ...Object.keys(fields).map(() => null), 1];
    expect(codeThrownBy(() => fromValues(from, ...tooMany))).toBe('BAD_MESSAGE');
    const line = { ...JSON.parse(encodeJson(message, kindsOf)), more: 1 };
    expect(codeThrownBy(() => fromLine(from, line))).toBe('BAD_MESSAGE');
    const needsFields = !['quit', 'join', 'again'].includes(name);
    const expected = needsFields ? 'BAD_MESSAGE' : undefined;
    expect(codeThrownBy(() => fromValues(from, tag))).toBe(expected);
    expect(codeThrownBy(() => fromLine(from, { type: name }))).toBe(expected);
  });
});

describe('PROTOCOL.md: the array', () => {
  it('leaves nils at the end out, and takes them when they are there', () => {
    expect(bodyOf(encodeBinary({ type: 'join', game: 'goldrush' }))[0]).toBe(0x92);
    expect(fromValues('client', 2, 'goldrush', null, null)).toStrictEqual({
      type: 'join',
      game: 'goldrush',
    });
  });

  it('takes numbers in any width, and floats for whole numbers', () => {
    const wide = [0x92, 0x03, 0xcf, 0, 0, 0, 0, 0, 0, 0, 4];
    const float = [0x92, 0x03, 0xca, 0x40, 0x80, 0, 0];
    for (const bytes of [wide, float, [0x92, 0x03, 0xd0, 4]]) {
      const body = Buffer.from(bytes);
      expect(decodeBinary('client', body, body.length)).toStrictEqual({ type: 'leave', room: 4 });
    }
  });

  it.each([
    ['what is not an array', [0x04]],
    ['an empty array', [0x90]],
    ['nothing', []],
    ['two values', [0x91, 0x07, 0x91, 0x07]],
    ['an extension', [0x92, 0x06, 0xd4, 0x00, 0x00]],
  ])('refuses %s as BAD_FRAME', (_, bytes) => {
    const body = Buffer.from(bytes);
    expect(codeThrownBy(() => decodeBinary('client', body, body.length))).toBe('BAD_FRAME');
  });

  it.each([
    ['a tag that no message has', [0x91, 0x1f]],
    ['a tag in two bytes', [0x91, 0xcc, 0x07]],
    ['a tag that is not a number', [0x91, 0xa1, 0x07]],
    ['an array with a header of three bytes', [0xdc, 0x00, 0x01, 0x07]],
  ])('refuses %s as UNKNOWN_MESSAGE', (_, bytes) => {
    const body = Buffer.from(bytes);
    expect(codeThrownBy(() => decodeBinary('client', body, body.length))).toBe('UNKNOWN_MESSAGE');
  });

  it('refuses values of another type, and says which field it was', () => {
    expect(() => fromValues('client', 3, 'four')).toThrow('leave.room must be integer');
    expect(() => fromValues('client', 6, Number.NaN)).toThrow('ping.time');
    expect(() => fromValues('client', 1, 1, 'line\nfeed')).toThrow('hello.name');
    expect(() => fromValues('client', 1, 1, 'x'.repeat(25))).toThrow('hello.name');
    expect(() => fromValues('client', 4, 1, 0, 'walk')).toThrow('command.seq');
    const kinds = [{ name: 'a', fields: [{ name: 'b', type: 'u128' }] }];
    expect(() => fromValues('server', 33, 1, 'g', kinds, 0, 0, 0, 0)).toThrow(
      'joined.kinds.0.fields.0.type',
    );
  });

  it('refuses rows that are not bytes', () => {
    const bytes = Buffer.alloc(0);
    expect(() => fromValues('server', 34, 1, 1, true, 5, bytes, bytes)).toThrow('state.left');
    expect(() => fromValues('server', 34, 1, 1, true, bytes, bytes, [])).toThrow('state.changed');
  });

  it('keeps binary values inside of values of any shape, apart from the frame', () => {
    const args = { blob: Buffer.from('kept') };
    const message: Message = { type: 'command', room: 1, seq: 1, name: 'put', args };
    expect(throughBinary(message)).toStrictEqual(message);
  });
});

describe('PROTOCOL.md: absent and nil', () => {
  it('gives nil for a required field of any value, whether it was nil, null or left out', () => {
    const message: Message = { type: 'event', room: 1, name: 'dawn', data: null };
    expect(fromValues('server', 35, 1, 'dawn')).toStrictEqual(message);
    expect(fromLine('server', { type: 'event', room: 1, name: 'dawn' })).toStrictEqual(message);
    for (const through of [throughBinary, throughJson]) {
      expect(through(message)).toStrictEqual(message);
      expect(through({ ...message, data: undefined })).toStrictEqual(message);
    }
  });

  it('gives nothing for an optional field, whether it was nil, null or left out', () => {
    const message: Message = { type: 'command', room: 1, seq: 1, name: 'drop' };
    for (const through of [throughBinary, throughJson]) {
      expect(through({ ...message, args: null })).toStrictEqual(message);
      expect(through({ ...message, args: undefined })).toStrictEqual(message);
    }
  });

  it('leaves undefined properties inside of values out, in both encodings', () => {
    const args = { target: undefined, list: [undefined, 1] };
    const message: Message = { type: 'command', room: 1, seq: 1, name: 'hit', args };
    const expected = { ...message, args: { list: [null, 1] } };
    expect(throughBinary(message)).toStrictEqual(expected);
    expect(throughJson(message)).toStrictEqual(expected);
  });
});

describe('PROTOCOL.md: JSON lines', () => {
  it.each(['', 'text', '{', '[1]', '4', 'null', '"hello"', '{"type":"quit"} {}'])(
    'refuses %j as BAD_FRAME',
    (line) => {
      expect(codeThrownBy(() => decodeJson('client', line, kindsOf))).toBe('BAD_FRAME');
    },
  );

  it.each([
    '{}',
    '{"type":null}',
    '{"type":7}',
    '{"type":{"toString":1}}',
    '{"type":["quit"]}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
  ])('refuses %s as UNKNOWN_MESSAGE', (line) => {
    expect(codeThrownBy(() => decodeJson('client', line, kindsOf))).toBe('UNKNOWN_MESSAGE');
  });

  it('refuses properties that only look as if they were inherited', () => {
    for (const line of [
      '{"type":"quit","__proto__":{}}',
      '{"type":"leave","__proto__":{"room":1}}',
    ]) {
      expect(codeThrownBy(() => decodeJson('client', line, kindsOf))).toBe('BAD_MESSAGE');
    }
  });

  it('takes fields in any order and with white space between them', () => {
    const line = ' { "room" : 4 , "type" : "leave" } ';
    expect(decodeJson('client', line, kindsOf)).toStrictEqual({ type: 'leave', room: 4 });
  });

  it('says what is too much without repeating it', () => {
    const line = JSON.stringify({ type: 'quit', ['x'.repeat(10)]: 1 });
    expect(() => decodeJson('client', line, kindsOf)).toThrow(/quit must not have additional/);
  });
});

describe('PROTOCOL.md: the limit of each message', () => {
  it('refuses a frame and a line that are larger', () => {
    const name = 'x'.repeat(2000);
    expect(codeThrownBy(() => fromValues('client', 1, 1, name))).toBe('FRAME_TOO_LARGE');
    const line = { type: 'hello', protocol: 1, name };
    expect(codeThrownBy(() => fromLine('client', line))).toBe('FRAME_TOO_LARGE');
  });

  it('holds the longest text that a refusal may have, in any characters', () => {
    for (const character of ['\u0001', '⛏', '\u{1f480}']) {
      const text = character.repeat(1000);
      const code = 'C'.repeat(40);
      const request = 0xffff_ffff;
      for (const message of [
        { type: 'error', code, text, request },
        { type: 'bye', code, text, retryMs: request },
        { type: 'left', room: request, code, text },
        { type: 'rejected', room: request, seq: request, code, text },
      ] satisfies Message[]) {
        expect(throughBinary(message)).toStrictEqual(message);
        expect(throughJson(message)).toStrictEqual(message);
      }
    }
  });
});

describe('PROTOCOL.md: frames and lines from anyone', () => {
  const from = fc.constantFrom<Sender>('client', 'server');

  it('throws nothing but ProtocolError for random bytes', () => {
    const header = fc.constantFrom(...Object.values(messages).map(({ tag }) => tag));
    const body = fc
      .tuple(fc.integer({ min: 0x91, max: 0x9f }), header, fc.uint8Array({ maxLength: 60 }))
      .map(([array, tag, rest]) => Buffer.of(array, tag, ...rest));
    fc.assert(
      fc.property(from, body, (sender, bytes) => {
        codeThrownBy(() => decodeBinary(sender, bytes, bytes.length));
      }),
      { numRuns: 3000 },
    );
  });

  it('throws nothing but ProtocolError for values of any shape', () => {
    const tag = fc.constantFrom(...Object.values(messages).map((row) => row.tag));
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(from, tag, fc.array(value, { maxLength: 11 }), (sender, first, values) => {
        codeThrownBy(() => fromValues(sender, first, ...values));
      }),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but ProtocolError for objects of any shape', () => {
    const fields = [...new Set(Object.values(messages).flatMap((row) => Object.keys(row.fields)))];
    const object = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(from, fc.constantFrom(...names), object, (sender, type, values) => {
        codeThrownBy(() => fromLine(sender, { type, ...values }));
      }),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but ProtocolError for every example with one byte changed', () => {
    for (const [, message] of allExamples()) {
      const body = bodyOf(encodeBinary(message));
      for (let i = 0; i < body.length; i++) {
        for (const bit of [0x01, 0x10, 0x80]) {
          const damaged = Buffer.from(body);
          damaged[i]! ^= bit;
          codeThrownBy(() => decodeBinary(messages[message.type].from, damaged, damaged.length));
        }
      }
    }
  });
});
