// Merges the rows of several ticks into the rows of one: each entity is named once, with what is
// true of it after the last tick. A receiver that is late applies and shows that instead of each tick.
import { type FieldValues, type Kind, RowReader, RowWriter } from '../../protocol/index.ts';

/** The rows of a tick, in the order in which they apply: left, entered, changed. */
export interface TickRows {
  readonly left: Uint8Array;
  readonly entered: Uint8Array;
  readonly changed: Uint8Array;
}

interface MergedEntity {
  readonly kindIndex: number;
  readonly values: FieldValues;
  /** The entity entered in one of the ticks, so its row has every field. */
  readonly isNew: boolean;
  /** Of an entity that is not new: bit n says that field n has changed. */
  mask: number;
}

/** @param ticks in their order, all of one room with these kinds.
 *  @returns rows that have the effect of all of them. An entity that enters and leaves again is not
 *  mentioned.
 *  @throws {ProtocolError} `BAD_FRAME` for bytes that are not rows of `kinds`. */
export function mergeRows(kinds: readonly Kind[], ticks: Iterable<TickRows>): TickRows {
  const entities = new Map<number, MergedEntity>();
  const gone = new Set<number>();
  for (const { left, entered, changed } of ticks) {
    mergeLeft(new RowReader(kinds, left), entities, gone);
    mergeEntered(new RowReader(kinds, entered), entities);
    mergeChanged(new RowReader(kinds, changed), entities);
  }
  return write(kinds, entities, gone);
}

function mergeLeft(rows: RowReader, entities: Map<number, MergedEntity>, gone: Set<number>): void {
  while (rows.nextLeft()) {
    const isNew = entities.get(rows.id)?.isNew ?? false;
    entities.delete(rows.id);
    if (!isNew) gone.add(rows.id);
  }
}

function mergeEntered(rows: RowReader, entities: Map<number, MergedEntity>): void {
  const target = ({ id, kindIndex }: RowReader): FieldValues => {
    const values: FieldValues = [];
    entities.set(id, { kindIndex, values, isNew: true, mask: 0 });
    return values;
  };
  while (rows.nextEntered(target));
}

function mergeChanged(rows: RowReader, entities: Map<number, MergedEntity>): void {
  const target = ({ id, kindIndex, mask }: RowReader): FieldValues => {
    let entity = entities.get(id);
    if (!entity) {
      entity = { kindIndex, values: [], isNew: false, mask: 0 };
      entities.set(id, entity);
    }
    entity.mask |= mask;
    return entity.values;
  };
  while (rows.nextChanged(target));
}

function write(
  kinds: readonly Kind[],
  entities: ReadonlyMap<number, MergedEntity>,
  gone: ReadonlySet<number>,
): TickRows {
  const left = new RowWriter();
  const entered = new RowWriter();
  const changed = new RowWriter();
  for (const id of gone) left.left(id);
  for (const [id, { kindIndex, values, isNew, mask }] of entities) {
    const kind = kinds[kindIndex]!;
    if (isNew) entered.entered(kindIndex, kind, id, values);
    else changed.changed(kindIndex, kind, id, mask, values);
  }
  return { left: left.written(), entered: entered.written(), changed: changed.written() };
}
