// One entity: its values behind properties whose setters remember what has changed.
import type { FieldValue } from '../../protocol/index.ts';
import { checkedValue, type Field } from './entity-fields.ts';
import { strictPrototype } from './strict-object.ts';
import type { UndoLog } from './undo-log.ts';

/** An entity's own memory; the properties that game code sees are added to it for each kind. */
export class EntityRecord {
  readonly #id: number;
  #removed = false;
  /** By position in the table's fields: shown ones first, in the kind's order. */
  readonly values: FieldValue[];
  /** Bit n: the shown field n has changed since the last publication. */
  mask = 0;
  /** Not published yet. */
  fresh = true;

  constructor(id: number, values: FieldValue[]) {
    this.#id = id;
    this.values = values;
  }

  get id(): number {
    return this.#id;
  }

  set id(_: unknown) {
    throw new TypeError('the id of an entity cannot be set: the server gives it');
  }

  get removed(): boolean {
    return this.#removed;
  }

  set removed(_: unknown) {
    throw new TypeError('removed cannot be set: call room.entities.….remove(entity)');
  }

  static setRemoved(record: EntityRecord, removed: boolean): void {
    record.#removed = removed;
  }
}

const OWN = ['id', 'removed'].map((name) => {
  return [name, Object.getOwnPropertyDescriptor(EntityRecord.prototype, name)!] as const;
});

export type RecordClass = new (id: number, values: FieldValue[]) => EntityRecord;

/** What a table is told of its entities. */
export interface RecordWatch {
  readonly undo: UndoLog;
  /** In an open transaction: the field at the index is about to be set. */
  willSet(record: EntityRecord, index: number): void;
  /** It has changed for the first time since the last publication. */
  dirtied(record: EntityRecord): void;
  moved(record: EntityRecord): void;
}

/** A class of its own for each table, so that access to fields stays monomorphic. */
export function recordClass(
  kind: string,
  fields: readonly Field[],
  { undo, willSet, dirtied, moved }: RecordWatch,
): RecordClass {
  // Sentences about a value name its class.
  const KindRecord = { [kind]: class extends EntityRecord {} }[kind]!;
  // Further up in the chain of prototypes each read would go through the proxy.
  for (const [name, property] of OWN) Object.defineProperty(KindRecord.prototype, name, property);
  const known = fields.map(({ name }) => name);
  const hint = `it has ${known.join(', ') || 'no fields'}`;
  const above = strictPrototype(EntityRecord.prototype, { name: kind, known, hint });
  Object.setPrototypeOf(KindRecord.prototype, above);
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
        if (undo.isOpen) willSet(this, i);
        this.values[i] = value;
        if (isPlace) moved(this);
        if (bit === 0 || this.fresh) return;
        if (this.mask === 0) dirtied(this);
        this.mask |= bit;
      },
    });
  });
  return KindRecord;
}
