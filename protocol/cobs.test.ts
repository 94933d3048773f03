// COBS: round trips, the boundaries of its blocks, and what it refuses.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cobsBytesMax, cobsDecode, cobsEncode } from './cobs.ts';

function encoded(source: Uint8Array): Buffer {
  const target = Buffer.alloc(cobsBytesMax(source.length), 0xee);
  return target.subarray(0, cobsEncode(source, target, 0));
}

function decoded(source: Uint8Array): Buffer | undefined {
  const target = Buffer.alloc(source.length);
  const length = cobsDecode(source, 0, source.length, target);
  return length < 0 ? undefined : target.subarray(0, length);
}

/** Bytes with few zeros and with many, long enough for several blocks. */
const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 1200 }), fc.integer({ min: 0, max: 255 }))
  .map(([source, threshold]) => source.map((byte) => (byte < threshold ? byte : (byte % 255) + 1)));

describe('PROTOCOL.md: COBS', () => {
  it('gives any bytes back', () => {
    fc.assert(fc.property(bytes, (source) => decoded(encoded(source))!.equals(source)));
  });

  it('contains no zero and no more bytes than it says', () => {
    fc.assert(
      fc.property(bytes, (source) => {
        const result = encoded(source);
        expect(result.includes(0)).toBe(false);
        expect(result.length).toBeLessThanOrEqual(cobsBytesMax(source.length));
        expect(result.length).toBeGreaterThan(source.length);
      }),
    );
  });

  it.each([0, 1, 253, 254, 255, 507, 508, 509, 510])(
    'gives %i bytes back, with a zero at any end and with none',
    (length) => {
      const full = Buffer.alloc(length, 0x41);
      for (const zeroAt of [-1, 0, 252, 253, 254, 255, length - 2, length - 1]) {
        const source = Buffer.from(full);
        if (zeroAt >= 0 && zeroAt < length) source[zeroAt] = 0;
        expect(decoded(encoded(source))).toStrictEqual(source);
      }
    },
  );

  it('spends no block on the end of a source of exactly 254 bytes', () => {
    expect(encoded(Buffer.alloc(254, 1))).toHaveLength(255);
    expect(encoded(Buffer.alloc(255, 1))).toHaveLength(257);
  });

  it('writes from the position that it is given, and nothing before it', () => {
    const target = Buffer.alloc(8, 0xee);
    expect(cobsEncode(Uint8Array.of(1, 0, 2), target, 3)).toBe(7);
    expect(target.toString('hex')).toBe('eeeeee02010202ee');
  });

  it.each([
    ['a code that reaches beyond the end', [5, 1, 2]],
    ['a last code without its bytes', [2, 1, 3]],
    ['a zero for a code', [0]],
    ['a zero among the bytes of a block', [3, 1, 0]],
  ])('refuses %s', (_, source) => {
    expect(decoded(Uint8Array.from(source))).toBeUndefined();
  });

  it('decodes or refuses any bytes, and never writes more than it reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (source) => {
        const target = Buffer.alloc(source.length + 8, 0xee);
        const length = cobsDecode(source, 0, source.length, target);
        expect(length).toBeLessThanOrEqual(source.length);
        expect(target.subarray(source.length).equals(Buffer.alloc(8, 0xee))).toBe(true);
      }),
    );
  });
});
