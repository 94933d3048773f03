// The entities of one kind in one room: typed fields whose setters remember what has changed.
import {
  FIELD_STRING_BYTES_MAX,
  type FieldType,
  type FieldValue,
  fieldTypes,
  type Kind,
  type RowWriter,
} from '../../protocol/index.ts';
import type { Entities, Entity, FieldSpec, KindSpec } from '../games/index.ts';
import type { CellIndex } from './cell-index.ts';

/** What a table needs of its room. */
export interface TableRoom {
  nextEntityId(): number;
}

interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly hidden: boolean;
}

/** An entity's own memory; the properties that game code sees are added to it for each kind. */
export class EntityRecord {
  readonly id: number;
  /** By position in the table's fields: shown ones first, in the kind's order. */
  readonly values: FieldValue[];
  removed = false;
  /** Bit n: the shown field n has changed since the last publication. */
  mask = 0;
  /** Not published yet. */
  fresh = true;

  constructor(id: number, values: FieldValue[]) {
    this.id = id;
    this.values = values;
  }
}

/** The rows of one publication. */
export interface ChangeRows {
  readonly left: RowWriter;
  readonly entered: RowWriter;
  readonly changed: RowWriter;
}

/** The entities of a kind in the order of their ids, the values in the order of the fields. */
export type SavedEntities = readonly (readonly [id: number, values: readonly FieldValue[]])[];

export class EntityTable implements Entities {
  /** What clients know of the kind: the fields that are not hidden. */
  readonly kind: Kind;
  private readonly index: number;
  private readonly fields: readonly Field[];
  private readonly records = new Map<number, EntityRecord>();
  private fresh: EntityRecord[] = [];
  private dirty: EntityRecord[] = [];
  private gone: number[] = [];
  private readonly create: (id: number, values: FieldValue[]) => EntityRecord;
  private readonly room: TableRoom;
  private readonly cells: CellIndex | undefined;
  private readonly place: PlaceOf | undefined;

  /** @param index the kind's position among the room's kinds.
   *  @param cells where the game has a world and the kind a place. */
  constructor(
    room: TableRoom,
    name: string,
    index: number,
    spec: KindSpec,
    cells: CellIndex | undefined,
  ) {
    this.room = room;
    this.index = index;
    this.fields = orderFields(spec);
    const shown = this.fields.filter((field) => !field.hidden);
    this.kind = { name, fields: shown.map(({ name, type }) => ({ name, type })) };
    this.cells = cells;
    this.place = placeOf(this.fields);
    this.create = recordClass(this.kind.name, this.fields, this.dirtied, this.moved);
  }

  get size(): number {
    return this.records.size;
  }

  [Symbol.iterator](): Iterator<Entity> {
    // Ids only grow, so the order of insertion is the order of ids.
    return this.records.values() as unknown as Iterator<Entity>;
  }

  get(id: number): Entity | undefined {
    return this.records.get(id) as unknown as Entity | undefined;
  }

  add(given: Readonly<Record<string, unknown>>): Entity {
    for (const name of Object.keys(given)) {
      if (!this.fields.some((field) => field.name === name)) {
        throw new RangeError(`${this.kind.name} has no field ${name}`);
      }
    }
    const values = this.fields.map(({ name, type }) => {
      const value = given[name];
      return value === undefined ? zero[type] : checkedValue(this.kind.name, name, type, value);
    });
    return this.insert(this.create(this.room.nextEntityId(), values)) as unknown as Entity;
  }

  remove(entity: Entity): void {
    const record = entity as unknown as EntityRecord;
    if (this.records.get(record.id) !== record) return;
    this.records.delete(record.id);
    this.cells?.remove(record);
    record.removed = true;
    if (!record.fresh) this.gone.push(record.id);
  }

  near(x: number, y: number, distance: number): Entity[] {
    if (!this.place) throw new TypeError(`${this.kind.name} has no place: no x and y`);
    const { xAt, yAt } = this.place;
    const found: EntityRecord[] = [];
    const consider = (record: EntityRecord): void => {
      const dx = Math.abs((record.values[xAt] as number) - x);
      const dy = Math.abs((record.values[yAt] as number) - y);
      if (dx <= distance && dy <= distance) found.push(record);
    };
    if (this.cells) this.cells.around(x, y, distance, consider);
    else for (const record of this.records.values()) consider(record);
    return found.sort((a, b) => a.id - b.id) as unknown as Entity[];
  }

  /** Appends what has changed since the last call. */
  takeChanges(rows: ChangeRows): void {
    for (const id of this.gone) rows.left.left(id);
    for (const record of this.fresh) {
      record.fresh = false;
      if (!record.removed) rows.entered.entered(this.index, this.kind, record.id, record.values);
    }
    for (const record of this.dirty) {
      const { mask } = record;
      record.mask = 0;
      if (record.removed) continue;
      rows.changed.changed(this.index, this.kind, record.id, mask, record.values);
    }
    this.gone = [];
    this.fresh = [];
    this.dirty = [];
  }

  /** As `takeChanges`, and nobody is to be told.
   *  @returns whether there are any. */
  dropChanges(): boolean {
    const { gone, fresh, dirty } = this;
    for (const record of fresh) record.fresh = false;
    for (const record of dirty) record.mask = 0;
    this.gone = [];
    this.fresh = [];
    this.dirty = [];
    return gone.length + fresh.length + dirty.length > 0;
  }

  /** Appends every entity that has been published. */
  appendAll(entered: RowWriter): void {
    for (const record of this.records.values()) {
      if (!record.fresh) entered.entered(this.index, this.kind, record.id, record.values);
    }
  }

  /** All that there is to remember, hidden fields included. */
  save(): SavedEntities {
    return [...this.records.values()].map((record) => [record.id, [...record.values]]);
  }

  /** Fills a table that is empty; nothing in it is then to be published.
   *  @param saved of the fields that the kind has now. */
  restore(saved: SavedEntities): void {
    for (const [id, values] of saved) {
      const record = this.create(id, [...values]);
      record.fresh = false;
      this.records.set(id, record);
      this.cells?.place(record);
    }
  }

  private insert(record: EntityRecord): EntityRecord {
    this.records.set(record.id, record);
    this.cells?.place(record);
    this.fresh.push(record);
    return record;
  }

  private readonly dirtied = (record: EntityRecord): void => {
    this.dirty.push(record);
  };

  private readonly moved = (record: EntityRecord): void => {
    if (!record.removed) this.cells?.place(record);
  };
}

/** What a field is before it is set. */
export const zero = Object.fromEntries(
  Object.keys(fieldTypes).map((type) => [
    type,
    type === 'string' ? '' : type === 'bool' ? false : 0,
  ]),
) as Record<FieldType, FieldValue>;

/** Shown fields first, so that the mask's bits are those of the kind. */
export function orderFields(spec: KindSpec): Field[] {
  const fields = Object.entries(spec).map(([name, of]: [string, FieldSpec]) =>
    typeof of === 'string'
      ? { name, type: of, hidden: false }
      : { name, type: of.hidden, hidden: true },
  );
  return [...fields.filter((field) => !field.hidden), ...fields.filter((field) => field.hidden)];
}

/** Where a kind has its x and y among its fields. */
interface PlaceOf {
  readonly xAt: number;
  readonly yAt: number;
}

/** @returns undefined for a kind that does not have both as numbers. */
export function placeOf(fields: readonly Field[]): PlaceOf | undefined {
  const at = (name: string) =>
    fields.findIndex(
      (field) => field.name === name && field.type !== 'string' && field.type !== 'bool',
    );
  const xAt = at('x');
  const yAt = at('y');
  return xAt < 0 || yAt < 0 ? undefined : { xAt, yAt };
}

/** The value as the field will hold it, the same after any restore: an f32 is rounded, -0 is 0, and
 *  half a surrogate pair is the replacement character.
 *  @throws {RangeError} where the type cannot hold it. */
export function checkedValue(
  kind: string,
  name: string,
  fieldType: FieldType,
  value: unknown,
): FieldValue {
  const refused = (what: string): RangeError =>
    new RangeError(`${kind}.${name} is ${fieldType}: ${what}, but got ${String(value)}`);
  switch (fieldType) {
    case 'bool':
      if (typeof value !== 'boolean') throw refused('true or false');
      return value;
    case 'string':
      if (typeof value !== 'string' || Buffer.byteLength(value) > FIELD_STRING_BYTES_MAX) {
        throw refused(`a string of at most ${FIELD_STRING_BYTES_MAX} bytes`);
      }
      return value.toWellFormed();
    case 'f32':
    case 'f64': {
      const number = fieldType === 'f32' ? Math.fround(value as number) : value;
      if (typeof value !== 'number' || !Number.isFinite(number)) throw refused('a finite number');
      return (number as number) + 0;
    }
    default: {
      const { min, max } = fieldTypes[fieldType];
      if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
        throw refused(`a whole number from ${min} to ${max}`);
      }
      return (value as number) + 0;
    }
  }
}

/** A class of its own for each table, so that access to fields stays monomorphic. */
function recordClass(
  kind: string,
  fields: readonly Field[],
  dirtied: (record: EntityRecord) => void,
  moved: (record: EntityRecord) => void,
): (id: number, values: FieldValue[]) => EntityRecord {
  class KindRecord extends EntityRecord {}
  fields.forEach(({ name, type, hidden }, i) => {
    const bit = hidden ? 0 : 1 << i;
    const isPlace = name === 'x' || name === 'y';
    Object.defineProperty(KindRecord.prototype, name, {
      enumerable: true,
      get(this: EntityRecord) {
        return this.values[i];
      },
      set(this: EntityRecord, given: unknown) {
        const value = checkedValue(kind, name, type, given);
        if (this.values[i] === value) return;
        this.values[i] = value;
        if (isPlace) moved(this);
        if (bit === 0 || this.fresh) return;
        if (this.mask === 0) dirtied(this);
        this.mask |= bit;
      },
    });
  });
  return (id, values) => new KindRecord(id, values);
}
