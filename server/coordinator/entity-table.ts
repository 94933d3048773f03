// The entities of one kind in one room: typed fields whose setters remember what has changed.
import type { FieldValue, Kind, RowWriter } from '../../protocol/index.ts';
import {
  classOf,
  type Entities,
  type Entity,
  type KindSpec,
  nearName,
  shown,
} from '../games/index.ts';
import type { CellIndex } from './cell-index.ts';
import {
  checkedValue,
  type Field,
  orderFields,
  type PlaceOf,
  placeOf,
  zero,
} from './entity-fields.ts';
import { EntityRecord, type RecordClass, recordClass } from './entity-record.ts';
import { strictPrototype } from './strict-object.ts';
import type { Undoable, UndoLog } from './undo-log.ts';

/** What a table needs of its room. */
export interface TableRoom {
  readonly undo: UndoLog;
  /** The highest id that was given. */
  lastId: number;
}

/** Changes in the undo log besides those of fields, which are noted by the field's index. */
const ADDED = -1;
const REMOVED = -2;

/** The rows of one publication. */
export interface ChangeRows {
  readonly left: RowWriter;
  readonly entered: RowWriter;
  readonly changed: RowWriter;
}

/** The entities of a kind in the order of their ids, the values in the order of the fields. */
export type SavedEntities = readonly (readonly [id: number, values: readonly FieldValue[]])[];

export class EntityTable implements Entities, Undoable {
  /** What clients know of the kind: the fields that are not hidden. */
  readonly kind: Kind;
  private readonly index: number;
  private readonly fields: readonly Field[];
  private readonly records = new Map<number, EntityRecord>();
  private fresh: EntityRecord[] = [];
  private dirty: EntityRecord[] = [];
  private gone: number[] = [];
  private readonly create: RecordClass;
  private readonly room: TableRoom;
  private readonly cells: CellIndex | undefined;
  private readonly place: PlaceOf | undefined;
  /** Removed entities were put back at the end of `records`. */
  private isOutOfOrder = false;

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
    this.create = recordClass(this.kind.name, this.fields, {
      undo: room.undo,
      willSet: this.willSet,
      dirtied: this.dirtied,
      moved: this.moved,
    });
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
        const known = this.fields.map((field) => field.name);
        const near = nearName(name, known);
        const meant = near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`;
        throw new RangeError(`${this.kind.name} has no field ${name}: ${meant}`);
      }
    }
    const values = this.fields.map(({ name, type }) => {
      const value = given[name];
      return value === undefined ? zero[type] : checkedValue(this.kind.name, name, type, value);
    });
    const { room } = this;
    const record = new this.create(room.lastId + 1, values);
    if (room.undo.isOpen) room.undo.note(this, record, ADDED, undefined, 0);
    room.lastId = record.id;
    return this.insert(record) as unknown as Entity;
  }

  remove(entity: Entity): void {
    const record: unknown = entity;
    const isOfKind = record instanceof EntityRecord && classOf(record) === this.kind.name;
    if (!isOfKind) throw new TypeError(this.notRemoved(record));
    if (this.records.get(record.id) !== record) return;
    const { undo } = this.room;
    if (undo.isOpen) undo.note(this, record, REMOVED, undefined, 0);
    this.records.delete(record.id);
    this.cells?.remove(record);
    EntityRecord.setRemoved(record, true);
    if (!record.fresh) this.gone.push(record.id);
  }

  near(x: number, y: number, distance: number): Entity[] {
    if (!this.place) throw new TypeError(`${this.kind.name} has no place: no x and y`);
    if (Number.isNaN(Number(x) + Number(y) + Number(distance))) {
      const got = [x, y, distance].map(shown).join(', ');
      throw new TypeError(
        `${this.kind.name}.near needs three numbers (x, y, distance), but got ${got}`,
      );
    }
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
      const record = new this.create(id, [...values]);
      record.fresh = false;
      this.records.set(id, record);
      this.cells?.place(record);
    }
  }

  /** Takes back one change of the open transaction. `undone` is to be called when all are. */
  undo(subject: unknown, what: number, before: unknown, mask: number): void {
    const record = subject as EntityRecord;
    if (what === ADDED) this.undoAdd(record);
    else if (what === REMOVED) this.undoRemove(record);
    else {
      record.values[what] = before as FieldValue;
      if (what === this.place?.xAt || what === this.place?.yAt) this.moved(record);
      if (mask === 0 && record.mask !== 0) this.dirty.pop();
      record.mask = mask;
    }
  }

  describe(subject: unknown, what: number): string {
    const change =
      what === ADDED ? 'added' : what === REMOVED ? 'removed' : this.fields[what]!.name;
    return `${this.kind.name} ${(subject as EntityRecord).id} ${change}`;
  }

  /** Puts entities whose removal was taken back to their places in the order of ids. */
  undone(): void {
    if (!this.isOutOfOrder) return;
    this.isOutOfOrder = false;
    const records = [...this.records.values()].sort((a, b) => a.id - b.id);
    this.records.clear();
    for (const record of records) this.records.set(record.id, record);
  }

  private notRemoved(got: unknown): string {
    const { name } = this.kind;
    const hint = typeof got === 'number' ? `: room.entities.${name}.get(id) has it` : '';
    return `room.entities.${name}.remove takes an entity of the kind ${name}, but got ${shown(got)}${hint}`;
  }

  private undoAdd(record: EntityRecord): void {
    this.records.delete(record.id);
    this.cells?.remove(record);
    EntityRecord.setRemoved(record, true);
    this.fresh.pop();
    this.room.lastId--;
  }

  private undoRemove(record: EntityRecord): void {
    this.records.set(record.id, record);
    this.isOutOfOrder = true;
    EntityRecord.setRemoved(record, false);
    this.cells?.place(record);
    if (!record.fresh) this.gone.pop();
  }

  private insert(record: EntityRecord): EntityRecord {
    this.records.set(record.id, record);
    this.cells?.place(record);
    this.fresh.push(record);
    return record;
  }

  private readonly willSet = (record: EntityRecord, index: number): void => {
    this.room.undo.note(this, record, index, record.values[index], record.mask);
  };

  private readonly dirtied = (record: EntityRecord): void => {
    this.dirty.push(record);
  };

  private readonly moved = (record: EntityRecord): void => {
    if (!record.removed) this.cells?.place(record);
  };
}

Object.setPrototypeOf(
  EntityTable.prototype,
  strictPrototype(Object.prototype, {
    name: 'a kind of room.entities',
    known: ['size', 'add', 'remove', 'get', 'near'],
    hint: 'for (const one of room.entities.…) goes through all, and [...room.entities.…] is an array of them',
    refusesReading: true,
  }),
);
