// What a table of entities holds, what it refuses, and the rows that it gives of its changes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FIELD_STRING_BYTES_MAX,
  type FieldType,
  type FieldValue,
  fieldTypes,
  type Kind,
  RowReader,
  RowWriter,
} from '../../protocol/index.ts';
import { fieldArbitrary } from '../../protocol/test-arbitraries.ts';
import { hidden, type KindSpec } from '../games/game.ts';
import { shown as shownValue } from '../games/index.ts';
import { EntityTable } from './entity-table.ts';
import { UndoLog } from './undo-log.ts';

type Fields = Record<string, FieldValue>;
interface Thing extends Fields {
  id: number;
}

const INDEX = 3;

function tableOf(spec: KindSpec): EntityTable {
  return new EntityTable({ undo: new UndoLog(), lastId: 0 }, 'thing', INDEX, spec, undefined);
}

const add = (table: EntityTable, values: Fields = {}) => table.add(values) as unknown as Thing;

/** The changes since the last call, as plain values. */
function changesOf(table: EntityTable) {
  const rows = { left: new RowWriter(), entered: new RowWriter(), changed: new RowWriter() };
  table.takeChanges(rows);
  const kinds = [...Array<Kind>(INDEX).fill({ name: 'other', fields: [] }), table.kind];
  const left: number[] = [];
  const entered = new Map<number, FieldValue[]>();
  const changed = new Map<number, Record<number, FieldValue>>();
  const reader = (of: RowWriter) => new RowReader(kinds, of.written());
  for (const row = reader(rows.left); row.nextLeft(); ) left.push(row.id);
  let values: FieldValue[] = [];
  const fresh = () => {
    values = [];
    return values;
  };
  for (const row = reader(rows.entered); row.nextEntered(fresh); ) entered.set(row.id, values);
  for (const row = reader(rows.changed); row.nextChanged(fresh); ) {
    changed.set(row.id, { ...values });
  }
  return { left, entered, changed };
}

const whole = Object.entries(fieldTypes).filter(([, row]) => 'min' in row) as [
  FieldType,
  { min: number; max: number },
][];

const wrong: Readonly<Record<FieldType, readonly unknown[]>> = {
  ...(Object.fromEntries(
    whole.map(([type, { min, max }]) => [
      type,
      [min - 1, max + 1, 0.5, '1', true, null, undefined, Number.NaN, Number.POSITIVE_INFINITY],
    ]),
  ) as unknown as Record<FieldType, unknown[]>),
  f32: [Number.NaN, Number.POSITIVE_INFINITY, '1', false, null],
  f64: [Number.NaN, Number.NEGATIVE_INFINITY, '1', false, null],
  bool: [0, 1, 'true', null],
  string: [1, true, null, 'x'.repeat(FIELD_STRING_BYTES_MAX + 1), 'ü'.repeat(513)],
};

describe('The type of a field', () => {
  it.each(whole)('%s takes its bounds and what lies between', (type, { min, max }) => {
    const thing = add(tableOf({ level: type }));
    for (const value of [min, max, 0, 1]) {
      thing.level = value;
      expect(thing.level).toBe(value);
    }
  });

  it.each(Object.entries(wrong))(
    '%s refuses the rest with a RangeError that names kind, field, type and value',
    (type, values) => {
      const table = tableOf({ level: type as FieldType });
      const thing = add(table);
      const before = thing.level;
      for (const value of values) {
        const names = new RegExp(
          `thing\\.level is ${type}: .*but got ${shownValue(value).slice(0, 20)}`,
        );
        const setting = expect(() => {
          thing.level = value as FieldValue;
        });
        setting.toThrow(RangeError);
        setting.toThrow(names);
        expect(thing.level).toBe(before);
        if (value !== undefined) expect(() => table.add({ level: value })).toThrow(names);
      }
      expect(table.size).toBe(1);
    },
  );

  it('f32 holds what four bytes hold', () => {
    const thing = add(tableOf({ level: 'f32' }), { level: 0.1 });
    expect(thing.level).toBe(Math.fround(0.1));
    thing.level = 0.2;
    expect(thing.level).toBe(Math.fround(0.2));
  });

  it('f32 refuses what four bytes hold only as infinity', () => {
    const thing = add(tableOf({ level: 'f32' }));
    expect(() => {
      thing.level = 1e39;
    }).toThrow(RangeError);
  });

  it('string holds 1,024 bytes of UTF-8', () => {
    const thing = add(tableOf({ level: 'string' }), { level: 'ü'.repeat(512) });
    expect(thing.level).toHaveLength(512);
  });

  it.each([
    ['i8', -0, 0],
    ['f64', -0, 0],
    ['string', 'a\ud800', 'a\ufffd'],
  ] as const)('%s holds nothing that a snapshot would not give back', (type, given, held) => {
    const thing = add(tableOf({ level: type }), { level: given });
    expect(thing.level).toStrictEqual(held);
  });
});

describe('An entity', () => {
  it('has zero, false and the empty string where nothing was given', () => {
    const spec = Object.fromEntries(
      Object.keys(fieldTypes).map((type) => [type, type]),
    ) as KindSpec;
    const thing = add(tableOf(spec));
    for (const type of Object.keys(fieldTypes)) {
      expect(thing[type]).toBe(type === 'bool' ? false : type === 'string' ? '' : 0);
    }
  });

  it('is not added with a field that the kind lacks', () => {
    const table = tableOf({ level: 'u8' });
    expect(() => table.add({ height: 1 })).toThrow(
      new RangeError('thing has no field height: it has level'),
    );
  });

  it('refuses to be given a field that the kind lacks, with the name that was meant', () => {
    const thing = add(tableOf({ colour: 'u8' })) as Record<string, unknown>;
    expect(() => {
      thing.colr = 3;
    }).toThrow(new TypeError('thing has no colr: did you mean colour?'));
    expect(() => Object.assign(thing, { height: 1 })).toThrow('thing has no height: it has colour');
    expect(thing.height).toBe(undefined);
    expect(() => add(tableOf({ colour: 'u8' }), { colr: 3 } as never)).toThrow(
      'thing has no field colr: did you mean colour?',
    );
  });

  it('can be removed twice, and only from its own table', () => {
    const table = tableOf({ level: 'u8' });
    const other = tableOf({ level: 'u8' });
    const thing = table.add({});
    other.add({});
    other.remove(thing);
    expect([table.size, other.size, thing.removed]).toEqual([1, 1, false]);
    table.remove(thing);
    table.remove(thing);
    expect(() => table.remove(1 as never)).toThrow('takes an entity of the kind thing, but got 1');
    expect([table.size, thing.removed, table.get(thing.id)]).toEqual([0, true, undefined]);
  });

  it('comes in the order of ids, with its hidden fields in what is saved', () => {
    const table = tableOf({ secret: hidden('u8'), level: 'u8' });
    add(table, { level: 1, secret: 9 });
    const second = table.add({ level: 2 });
    add(table, { level: 3 });
    table.remove(second);
    expect([...table].map(({ id }) => id)).toEqual([1, 3]);
    expect(table.save()).toEqual([
      [1, [1, 9]],
      [3, [3, 0]],
    ]);
  });
});

const spec = {
  level: 'u8',
  secret: hidden('u32'),
  name: 'string',
  ratio: 'f32',
  on: 'bool',
} as const;
const shown = ['level', 'name', 'ratio', 'on'] as const;

/** A table, and beside it what a reader of its rows must know. */
class Model {
  readonly table = tableOf(spec);
  readonly known = new Map<number, FieldValue[]>();
  private readonly things: Thing[] = [];
  private readonly dirty = new Map<number, Set<number>>();

  add(values: Fields): void {
    this.things.push(add(this.table, values));
  }

  set(which: number, field: string, value: FieldValue): void {
    const thing = this.things[which % Math.max(1, this.things.length)];
    if (!thing) return;
    const at = shown.indexOf(field as 'level');
    const held = field === 'ratio' ? Math.fround(value as number) : value;
    if (at >= 0 && this.known.has(thing.id) && thing[field] !== held) {
      this.dirty.set(thing.id, (this.dirty.get(thing.id) ?? new Set()).add(at));
    }
    thing[field] = value;
  }

  remove(which: number): void {
    const [thing] = this.things.splice(which % Math.max(1, this.things.length), 1);
    if (thing) this.table.remove(thing as never);
  }

  check(): void {
    const { left, entered, changed } = changesOf(this.table);
    const now = new Map(this.things.map((thing) => [thing.id, shown.map((name) => thing[name]!)]));
    expect(new Set(left)).toEqual(new Set([...this.known.keys()].filter((id) => !now.has(id))));
    expect(entered).toEqual(new Map([...now].filter(([id]) => !this.known.has(id))));
    const due = [...this.dirty].filter(([id]) => now.has(id));
    expect(changed).toEqual(
      new Map(
        due.map(([id, at]) => [id, Object.fromEntries([...at].map((i) => [i, now.get(id)![i]]))]),
      ),
    );
    this.known.clear();
    for (const [id, values] of now) this.known.set(id, values);
    this.dirty.clear();
  }
}

const fieldValueOf = (field: keyof typeof spec) =>
  field === 'secret' ? fieldArbitrary('u32') : fieldArbitrary(spec[field]);
const setArbitrary = fc
  .constantFrom(...(Object.keys(spec) as (keyof typeof spec)[]))
  .chain((field) => fc.tuple(fc.nat(20), fc.constant(field), fieldValueOf(field)));
const opArbitrary = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      add: fc.record({ level: fieldValueOf('level'), name: fieldValueOf('name') }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ set: setArbitrary }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ take: true }) },
);

describe('The rows of the changes', () => {
  it('name, between any two publications, exactly what came, went and was given another value', () => {
    fc.assert(
      fc.property(fc.array(opArbitrary, { maxLength: 60, size: 'max' }), (ops) => {
        const model = new Model();
        for (const op of ops) {
          if ('add' in op) model.add(op.add);
          else if ('set' in op) model.set(...op.set);
          else if ('remove' in op) model.remove(op.remove);
          else model.check();
        }
        model.check();
        model.check();
      }),
    );
  });

  it('say nothing of an entity that came and went between two publications', () => {
    const table = tableOf(spec);
    const thing = table.add({ level: 1 });
    table.remove(thing);
    expect(changesOf(table)).toEqual({ left: [], entered: new Map(), changed: new Map() });
  });

  it('say nothing of what was set on an entity that is gone', () => {
    const table = tableOf(spec);
    const thing = add(table);
    changesOf(table);
    table.remove(thing as never);
    thing.level = 5;
    expect(changesOf(table)).toEqual({ left: [1], entered: new Map(), changed: new Map() });
    thing.level = 6;
    expect(changesOf(table).changed.size).toBe(0);
  });

  it('never show a hidden field', () => {
    const table = tableOf(spec);
    const thing = add(table, { secret: 4_000_000_000 });
    expect(table.kind.fields.map(({ name }) => name)).toEqual([...shown]);
    expect(changesOf(table).entered.get(1)).toHaveLength(shown.length);
    thing.secret = 7;
    expect(changesOf(table).changed.size).toBe(0);
  });

  it('are all entered rows for one who knows nothing, of what was published only', () => {
    const table = tableOf({ level: 'u8' });
    add(table, { level: 1 });
    changesOf(table);
    add(table, { level: 2 });
    const rows = new RowWriter();
    table.appendAll(rows);
    expect([...rows.written()]).toEqual([INDEX, 1, 1]);
  });
});
