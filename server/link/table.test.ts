// Every message between our own processes: the same behind its array and msgpack.
import fc, { type Arbitrary } from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { type TSchema, Type } from '../../protocol/schema.ts';
import { plainValue } from '../../protocol/test-arbitraries.ts';
import { fromChild, fromChildCodec, fromPrimary, fromPrimaryCodec } from './control.ts';
import { fromCoordinator, fromCoordinatorCodec, fromWorker, fromWorkerCodec } from './messages.ts';
import type { Codec, ProcessMessageTable } from './table.ts';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

const tables: [string, ProcessMessageTable, Codec<ProcessMessageTable>][] = [
  ['worker to coordinator', fromWorker, fromWorkerCodec as never],
  ['coordinator to worker', fromCoordinator, fromCoordinatorCodec as never],
  ['child to primary', fromChild, fromChildCodec as never],
  ['primary to child', fromPrimary, fromPrimaryCodec as never],
];

const number = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 0xffff_ffff, Number.MAX_SAFE_INTEGER, -1, 0.5),
);

function fieldValueOf(schema: TSchema): Arbitrary<unknown> {
  if (Type.IsNumber(schema)) return number;
  if (Type.IsString(schema)) return fc.string();
  if (Type.IsBoolean(schema)) return fc.boolean();
  if (Type.IsNull(schema)) return fc.constant(null);
  if (Type.IsArray(schema)) return fc.array(fieldValueOf(schema.items), { maxLength: 5 });
  if (Type.IsUnion(schema)) return fc.oneof(...schema.anyOf.map(fieldValueOf));
  return fc.oneof(
    plainValue(2),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
}

function messageOf(table: ProcessMessageTable, type: string): Arbitrary<unknown> {
  const fields = Object.entries(table[type]!.fields).map(([name, of]) => [name, fieldValueOf(of)]);
  return fc.record(
    { type: fc.constant(type), ...Object.fromEntries(fields) },
    { noNullPrototype: true },
  );
}

describe.each(tables)('The table %s', (_name, table, codec) => {
  const types = Object.keys(table);

  it.each(types)('gives %s back as it was', (type) => {
    fc.assert(
      fc.property(messageOf(table, type), (message) => {
        const packed = packr.pack(codec.toArray(message as never));
        expect(codec.fromArray(unpackr.unpack(packed) as unknown[])).toStrictEqual(message);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out what only a newer build knows', () => {
    expect(codec.fromArray([types.length + 1, 'news'])).toBeUndefined();
  });

  it('has a number of its own for each message, from 1 without a gap', () => {
    const tags = Object.values(table).map(({ tag }) => tag);
    expect(tags.toSorted((a, b) => a - b)).toEqual(tags.map((_tag, i) => i + 1));
  });
});
