// Every table of messages between processes and in journals: the same behind its array and msgpack.
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainValue } from '../protocol/test-arbitraries.ts';
import { inputKinds, inputRows } from './coordinator/inputs.ts';
import {
  replyKinds,
  syncInputCodec,
  inputKinds as syncInputKinds,
  syncReplyCodec,
} from './coordinator/sync/messages.ts';
import { fromChild, fromChildCodec, fromPrimary, fromPrimaryCodec } from './link/control.ts';
import {
  fromCoordinator,
  fromCoordinatorCodec,
  fromWorker,
  fromWorkerCodec,
} from './link/messages.ts';
import type { Row, RowCodec } from './row-codec.ts';
import { asWritten } from './store/msgpack.ts';

type Table = Readonly<Record<string, Row>>;
type AnyCodec = RowCodec<object, undefined>;
interface Case {
  readonly of: string;
  readonly table: Table;
  readonly codec: AnyCodec;
  readonly tagName: 'kind' | 'type';
}

const caseOf = (of: string, tagName: 'kind' | 'type', table: Table, codec: unknown): Case => ({
  of,
  table,
  codec: codec as AnyCodec,
  tagName,
});
const links = [
  caseOf('worker to coordinator', 'type', fromWorker, fromWorkerCodec),
  caseOf('coordinator to worker', 'type', fromCoordinator, fromCoordinatorCodec),
  caseOf('child to primary', 'type', fromChild, fromChildCodec),
  caseOf('primary to child', 'type', fromPrimary, fromPrimaryCodec),
];
const journals = [
  caseOf('inputs of rooms', 'kind', inputKinds, inputRows),
  caseOf('inputs of shared objects', 'kind', syncInputKinds, syncInputCodec),
  caseOf('replies of shared objects', 'kind', replyKinds, syncReplyCodec),
];
const rows = [...links, ...journals].flatMap(({ of, table, codec, tagName }) =>
  Object.entries(table).map(([name, row]) => ({ of, name, row, codec, tagName })),
);

const value = fc.oneof(
  plainValue(2),
  fc.constantFrom(undefined, 0, 0xffff_ffff, Number.MAX_SAFE_INTEGER, -1, 0.5),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

/** The values of a row's fields, in their order. */
const valuesOf = ({ fields }: Row): Arbitrary<unknown[]> =>
  fc.tuple(...Object.keys(fields).map(() => value));

function messageOf(tagName: string, name: string, { fields }: Row, values: unknown[]): object {
  const members = Object.keys(fields).map((field, i) => [field, values[i]]);
  return { [tagName]: name, ...Object.fromEntries(members) };
}

describe.each(rows)('The message $name ($of)', ({ name, row, codec, tagName }) => {
  it('is its tag and its fields in their order, and the same after that', () => {
    fc.assert(
      fc.property(valuesOf(row), (values) => {
        const message = messageOf(tagName, name, row, values);
        const array = codec.toArray(message);
        expect(array).toStrictEqual([row.tag, ...values]);
        expect(codec.fromArray(asWritten(array))).toStrictEqual(message);
      }),
      { numRuns: 50 },
    );
  });

  it('from an older build lacks what is at its end, from a newer one has no more', () => {
    const values = Object.keys(row.fields).map((_field, i) => i);
    for (let length = 0; length <= values.length; length++) {
      const older = messageOf(tagName, name, row, values.slice(0, length));
      expect(codec.fromArray([row.tag, ...values.slice(0, length)])).toStrictEqual(older);
    }
    const whole = messageOf(tagName, name, row, values);
    expect(codec.fromArray([row.tag, ...values, 'news'])).toStrictEqual(whole);
  });
});

const unknownTags = [0, 99, -1, 1.5, '1', 'constructor', null, undefined];

describe.each(links)('The table $of', ({ table, codec }) => {
  it('leaves out what only a newer build knows', () => {
    for (const tag of unknownTags) expect(codec.fromArray([tag, 'news'])).toBeUndefined();
  });

  it('has a number of its own for each message, from 1 without a gap', () => {
    const tags = Object.values(table).map(({ tag }) => tag);
    expect(tags.toSorted((a, b) => a - b)).toEqual(tags.map((_tag, i) => i + 1));
  });
});

describe.each(journals)('The table $of', ({ table, codec }) => {
  it('refuses what it does not have', () => {
    for (const tag of unknownTags) expect(() => codec.fromArray([tag])).toThrow(RangeError);
  });

  it('has a number of its own for each message', () => {
    const tags = Object.values(table).map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
  });
});
