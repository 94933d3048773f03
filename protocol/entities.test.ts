// Rows of entities: every type of field there and back, packed and in JSON, and damaged rows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FIELD_STRING_BYTES_MAX,
  FIELDS_MAX,
  type FieldType,
  type FieldValue,
  fieldTypes,
  type Kind,
  RowReader,
  RowWriter,
} from './entities.ts';
import { ProtocolError } from './errors.ts';
import { exampleKinds } from './golden/examples.ts';
import { rowsFromJson, rowsToJson } from './json-rows.ts';
import type { RowForm } from './message-fields.ts';
import {
  fieldArbitrary,
  idArbitrary,
  packRows,
  type Row,
  rowArbitrary,
} from './test-arbitraries.ts';

const typeNames = Object.keys(fieldTypes) as FieldType[];
const forms: RowForm[] = ['left', 'entered', 'changed'];
const widest: Kind = {
  name: 'widest',
  fields: Array.from({ length: FIELDS_MAX }, (_, i) => ({
    name: `field${i}`,
    type: typeNames[i % typeNames.length]!,
  })),
};
const kinds: readonly Kind[] = [...exampleKinds, widest, { name: 'bare', fields: [] }];

const kindOf = (type: FieldType): Kind => ({ name: 'one', fields: [{ name: 'value', type }] });

function throughBytes(type: FieldType, value: FieldValue): FieldValue {
  const writer = new RowWriter(1);
  writer.entered(0, kindOf(type), 1, [value]);
  const values: FieldValue[] = [];
  expect(new RowReader([kindOf(type)], writer.written()).nextEntered(() => values)).toBe(true);
  return values[0]!;
}

/** Reads rows to their end, as what was written. */
function readRows(form: RowForm, bytes: Uint8Array): Partial<Row>[] {
  const reader = new RowReader(kinds, bytes);
  const rows: Partial<Row>[] = [];
  let values: FieldValue[] = [];
  const next = () => {
    values = [];
    if (form === 'left') return reader.nextLeft();
    return form === 'entered' ? reader.nextEntered(() => values) : reader.nextChanged(() => values);
  };
  while (next()) {
    const { kindIndex, id, mask } = reader;
    if (form === 'left') rows.push({ id });
    else if (form === 'entered') rows.push({ kindIndex, id, values });
    else rows.push({ kindIndex, id, mask, values });
  }
  return rows;
}

/** What of a row remains in the form. */
function asForm(form: RowForm, { kindIndex, id, mask, values }: Row): Partial<Row> {
  if (form === 'left') return { id };
  if (form === 'entered') return { kindIndex, id, values };
  const sparse: FieldValue[] = [];
  values.forEach((value, i) => {
    if ((mask & (1 << i)) !== 0) sparse[i] = value;
  });
  return { kindIndex, id, mask, values: sparse };
}

describe('PROTOCOL.md: the types of fields', () => {
  it.each(typeNames)('gives every %s back', (type) => {
    fc.assert(
      fc.property(fieldArbitrary(type), (value) => {
        expect(throughBytes(type, value)).toBe(value);
      }),
    );
  });

  it.each(typeNames.filter((type) => 'min' in fieldTypes[type]))(
    'gives the bounds of %s back and refuses what lies beyond',
    (type) => {
      const { min, max } = fieldTypes[type] as { min: number; max: number };
      expect(throughBytes(type, min)).toBe(min);
      expect(throughBytes(type, max)).toBe(max);
      expect(() => throughBytes(type, min - 1)).toThrow(RangeError);
      expect(() => throughBytes(type, max + 1)).toThrow(RangeError);
    },
  );

  it('carries NaN, the infinities and -0 in floats', () => {
    for (const type of ['f32', 'f64'] as const) {
      for (const value of [Number.NaN, Infinity, -Infinity, -0]) {
        expect(throughBytes(type, value)).toBe(value);
      }
    }
  });

  it('takes strings up to their limit and refuses longer ones, in writing as in reading', () => {
    const longest = 'ä'.repeat(FIELD_STRING_BYTES_MAX / 2);
    expect(throughBytes('string', longest)).toBe(longest);
    expect(() => throughBytes('string', `${longest}x`)).toThrow(RangeError);
    const tooLong = Buffer.concat([Buffer.of(0, 1, 0x81, 0x08), Buffer.alloc(1025, 0x61)]);
    const reader = new RowReader([kindOf('string')], tooLong);
    expect(() => reader.nextEntered(() => [])).toThrow(ProtocolError);
  });
});

describe('PROTOCOL.md: rows of entities', () => {
  it.each(forms)('gives every list of %s rows back', (form) => {
    fc.assert(
      fc.property(fc.array(rowArbitrary(kinds), { maxLength: 20 }), (rows) => {
        const packed = packRows(form, kinds, rows);
        expect(readRows(form, packed)).toStrictEqual(rows.map((row) => asForm(form, row)));
      }),
    );
  });

  it.each(forms)(
    'throws only ProtocolError for %s rows that are cut short or corrupted',
    (form) => {
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
      fc.assert(
        fc.property(
          fc.array(rowArbitrary(kinds), { minLength: 1 }),
          fc.nat(),
          damage,
          (rows, n, d) => {
            const packed = packRows(form, kinds, rows);
            const bytes = packed.subarray(0, n % (packed.length + 1));
            for (const [at, byte] of d) if (bytes.length > 0) bytes[at % bytes.length] = byte;
            expect(thrownBy(() => readRows(form, bytes))).toSatisfy(isProtocolErrorOrNothing);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it.each(forms)('throws for every truncation of one %s row', (form) => {
    const row = { kindIndex: 1, id: 0xffff_ffff, mask: 0x3ff, values: [] as FieldValue[] };
    row.values = [1, 2, 3, 4, 5, 6, 7, 8, true, 'text'];
    const packed = packRows(form, kinds, [row]);
    for (let end = 1; end < packed.length; end++) {
      expect(() => readRows(form, packed.subarray(0, end))).toThrow(ProtocolError);
    }
  });

  it('refuses a kind that the room does not have, and a mask with a bit that the kind has not', () => {
    expect(() => readRows('entered', Buffer.of(kinds.length, 1))).toThrow('unknown kind');
    expect(() => readRows('changed', Buffer.of(0, 1, 0x10))).toThrow('unknown field');
    expect(() => readRows('changed', Buffer.of(2, 1, 0x80, 0x80, 0x80, 0x80, 0x08))).toThrow(
      'unknown field',
    );
  });

  it('says where each row begins and ends, so that rows can be copied as they are', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary(kinds)), (rows) => {
        const packed = packRows('changed', kinds, rows);
        const reader = new RowReader(kinds, packed);
        const copy = new RowWriter(1);
        while (reader.nextChanged(() => [])) copy.append(packed, reader.start, reader.at);
        expect(copy.written().equals(packed)).toBe(true);
      }),
    );
  });

  it('writes into a used writer as into a new one', () => {
    const writer = new RowWriter(1);
    writer.left(300);
    writer.clear();
    writer.left(7);
    expect(writer.written()).toStrictEqual(Buffer.of(7));
  });
});

describe('PROTOCOL.md: varints', () => {
  it('gives every whole number of 32 bits back', () => {
    fc.assert(
      fc.property(idArbitrary, (id) => {
        const writer = new RowWriter(1);
        writer.left(id);
        const reader = new RowReader([], writer.written());
        expect(reader.nextLeft()).toBe(true);
        expect(reader.id).toBe(id);
      }),
    );
  });

  it('refuses more than 32 bits', () => {
    for (const bytes of [
      [0xff, 0xff, 0xff, 0xff, 0x10],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0],
    ]) {
      expect(() => new RowReader([], Buffer.from(bytes)).nextLeft()).toThrow('32 bits');
    }
  });
});

describe('PROTOCOL.md: rows in JSON lines', () => {
  it.each(forms)('gives the bytes of %s rows back', (form) => {
    fc.assert(
      fc.property(fc.array(rowArbitrary(kinds)), (rows) => {
        const packed = packRows(form, kinds, rows);
        const json = JSON.parse(JSON.stringify(rowsToJson(form, kinds, packed)));
        expect(rowsFromJson(form, kinds, json).equals(packed)).toBe(true);
      }),
    );
  });

  it('names kinds and fields, and leaves out what has not changed', () => {
    const row = { kindIndex: 0, id: 5, mask: 0b1001, values: [-1, 2, 'Ada', 3] };
    expect(rowsToJson('entered', kinds, packRows('entered', kinds, [row]))).toStrictEqual([
      { kind: 'miner', id: 5, x: -1, y: 2, name: 'Ada', gold: 3 },
    ]);
    expect(rowsToJson('changed', kinds, packRows('changed', kinds, [row]))).toStrictEqual([
      { kind: 'miner', id: 5, x: -1, gold: 3 },
    ]);
  });

  it('has null for a number that is not finite, which comes back as NaN', () => {
    const float = [kindOf('f32')];
    const packed = rowsFromJson('entered', float, [{ kind: 'one', id: 1, value: null }]);
    expect(JSON.stringify(rowsToJson('entered', float, packed))).toContain('"value":null');
  });

  it('takes a field for absent that is named like a property of every object', () => {
    const fields = [
      { name: 'toString', type: 'u8' as const },
      { name: 'x', type: 'u8' as const },
    ];
    const odd: Kind[] = [{ name: 'odd', fields }];
    const packed = rowsFromJson('changed', odd, [{ kind: 'odd', id: 1, x: 2 }]);
    expect(rowsToJson('changed', odd, packed)).toStrictEqual([{ kind: 'odd', id: 1, x: 2 }]);
  });

  it.each<[string, RowForm, unknown]>([
    ['what is not an array', 'entered', { kind: 'miner' }],
    ['an id that is not one', 'left', [1.5]],
    ['a row that is null', 'entered', [null]],
    ['a row without an id', 'changed', [{ kind: 'miner' }]],
    ['an unknown kind', 'changed', [{ kind: 'none', id: 1 }]],
    [
      'an entered row that lacks a field',
      'entered',
      [{ kind: 'miner', id: 1, x: 1, y: 1, gold: 1 }],
    ],
    ['a number as a string', 'changed', [{ kind: 'miner', id: 1, x: '1' }]],
    ['a number out of bounds', 'changed', [{ kind: 'miner', id: 1, gold: 65_536 }]],
    ['null for a string', 'changed', [{ kind: 'miner', id: 1, name: null }]],
    ['a string beyond its limit', 'changed', [{ kind: 'miner', id: 1, name: 'x'.repeat(1025) }]],
  ])('refuses %s', (_, form, json) => {
    expect(thrownBy(() => rowsFromJson(form, kinds, json))).toMatchObject({ code: 'BAD_MESSAGE' });
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isProtocolErrorOrNothing(error: unknown): boolean {
  return error === undefined || error instanceof ProtocolError;
}
