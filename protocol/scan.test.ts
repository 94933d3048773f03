// What is let through to the unpackers, and what never reaches them.
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { DEPTH_MAX, refuseJson, refuseMsgpack } from './scan.ts';
import { plainValue } from './test-arbitraries.ts';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const refusal = (...bytes: number[]) => refuseMsgpack(Uint8Array.from(bytes), bytes.length);

/** Values of any shape of JSON, as deep as is allowed. */
const deepValue = fc
  .tuple(plainValue(4), fc.array(fc.boolean(), { maxLength: DEPTH_MAX - 4 }))
  .map(([value, layers]) =>
    layers.reduce<unknown>((inner, isMap) => (isMap ? { inner } : [inner]), value),
  );

function nested(depth: number, inner: unknown): unknown {
  return depth === 0 ? inner : nested(depth - 1, [inner]);
}

describe('PROTOCOL.md: the types of msgpack that are accepted', () => {
  it('accepts all that msgpackr makes of plain values', () => {
    fc.assert(
      fc.property(deepValue, (value) => {
        const bytes = packr.pack(value);
        expect(refuseMsgpack(bytes, bytes.length)).toBeUndefined();
      }),
    );
  });

  it('accepts long strings, binary, and containers of every width', () => {
    const entries = Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i] as const);
    const values = [
      ...[0, 31, 32, 255, 256, 65_535, 65_536].map((length) => 'x'.repeat(length)),
      ...[0, 255, 256, 65_535, 65_536].map((length) => Buffer.alloc(length, 1)),
      ...[0, 15, 16, 70_000].map((length) => Object.fromEntries(entries.slice(0, length))),
      ...[0, 15, 16, 70_000].map((length) => entries.slice(0, length).map(([, i]) => i)),
    ];
    for (const value of values) {
      const bytes = packr.pack(value);
      expect(refuseMsgpack(bytes, bytes.length)).toBeUndefined();
    }
  });

  it('accepts whole numbers and floats of every width', () => {
    const widths = {
      202: 4,
      203: 8,
      204: 1,
      205: 2,
      206: 4,
      207: 8,
      208: 1,
      209: 2,
      210: 4,
      211: 8,
    };
    for (const [code, width] of Object.entries(widths)) {
      expect(refusal(Number(code), ...Array(width).fill(1))).toBeUndefined();
      expect(refusal(Number(code), ...Array(width - 1).fill(1))).toMatch('cut short');
    }
  });

  it.each([0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8])(
    'refuses the code %i, at the top and inside of containers',
    (code) => {
      const payload = Array(20).fill(1);
      expect(refusal(code, ...payload)).toMatch('extension');
      expect(refusal(0x91, code, ...payload)).toMatch('extension');
      expect(refusal(0x81, 0xa1, 0x61, code, ...payload)).toMatch('extension');
    },
  );

  it('refuses what msgpackr makes of dates, sets, undefined, regular expressions and records', () => {
    const extended = new Packr({ moreTypes: true, useRecords: true, bundleStrings: true });
    for (const value of [new Date(0), new Set([1]), undefined, [/x/], { record: 1 }]) {
      const bytes = extended.pack(value);
      expect(refuseMsgpack(bytes, bytes.length)).toBeTypeOf('string');
    }
  });

  it('refuses a map whose key is not a string, whatever its value is', () => {
    for (const key of [[0x01], [0xc0], [0x90], [0x80], [0xc4, 0x01, 0x61], [0xcb, ...Array(8)]]) {
      expect(refusal(0x81, ...key.map((byte) => byte ?? 0), 0x01)).toMatch('key');
      expect(refusal(0x82, 0xa1, 0x61, 0x01, ...key.map((byte) => byte ?? 0), 0x01)).toMatch('key');
    }
  });

  it('tells the keys of a map from its values, however they are nested', () => {
    expect(refusal(0x82, 0xa0, 0x81, 0xa0, 0x01, 0xa0, 0x92, 0x01, 0x02)).toBeUndefined();
    expect(refusal(0x82, 0xa0, 0x81, 0xa0, 0x01, 0x02, 0xa0)).toMatch('key');
  });

  it.each([
    ['array 16', [0xdc, 0xff, 0xff]],
    ['array 32', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['map 16', [0xde, 0xff, 0xff]],
    ['map 32', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['map of one pair with one element', [0x81, 0xa0]],
    ['array of two with one element', [0x92, 0x01]],
  ])('refuses an %s that declares more than there is', (_, bytes) => {
    expect(refusal(...bytes)).toMatch('declares more');
  });

  it.each([
    [0xbf],
    [0xc4, 0xff],
    [0xc6, 0xff, 0xff, 0xff, 0xff],
    [0xdb, 0xff, 0xff, 0xff, 0xff, 1],
  ])('refuses bytes or a string longer than the frame: %i …', (...bytes) => {
    expect(refusal(...bytes)).toMatch('cut short');
  });

  it('accepts values as deep as the limit and refuses deeper ones, empty containers too', () => {
    const deepest = packr.pack(nested(DEPTH_MAX, 1));
    expect(refuseMsgpack(deepest, deepest.length)).toBeUndefined();
    for (const inner of [[1], [], {}]) {
      const bytes = packr.pack(nested(DEPTH_MAX, inner));
      expect(refuseMsgpack(bytes, bytes.length)).toMatch('deep');
    }
    const bomb = Buffer.alloc(100_000, 0x91);
    expect(refuseMsgpack(bomb, bomb.length)).toMatch('deep');
  });

  it('refuses every truncation, and bytes behind the value', () => {
    fc.assert(
      fc.property(deepValue, (value) => {
        const bytes = packr.pack(value);
        for (let end = 0; end < bytes.length; end++) {
          expect(refuseMsgpack(bytes, end)).toBeTypeOf('string');
        }
        expect(refuseMsgpack(Buffer.concat([bytes, Buffer.of(0xc0)]), bytes.length + 1)).toMatch(
          'follow',
        );
      }),
      { numRuns: 50 },
    );
  });

  it('lets nothing through that msgpackr cannot unpack to plain values', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        if (refuseMsgpack(bytes, bytes.length) !== undefined) return;
        expect(isPlain(packr.unpack(bytes))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});

function isPlain(value: unknown): boolean {
  if (value === null || value instanceof Uint8Array) return true;
  if (typeof value !== 'object')
    return ['boolean', 'number', 'bigint', 'string'].includes(typeof value);
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

describe('PROTOCOL.md: the depth of JSON lines', () => {
  it('accepts all plain values within the limit', () => {
    fc.assert(
      fc.property(deepValue, (value) => {
        expect(refuseJson(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });

  it('accepts values as deep as the limit and refuses deeper ones', () => {
    expect(refuseJson(JSON.stringify(nested(DEPTH_MAX, 1)))).toBeUndefined();
    expect(refuseJson(JSON.stringify(nested(DEPTH_MAX, {})))).toMatch('deep');
    expect(refuseJson('['.repeat(100_000))).toMatch('deep');
  });

  it('does not count brackets inside of strings', () => {
    const text = JSON.stringify({ text: '[{"\\'.repeat(50) });
    expect(refuseJson(text)).toBeUndefined();
  });
});
