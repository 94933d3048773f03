// A worker's copy of a room: follows the coordinator's deltas, cell by cell.
import { type FieldValues, type Kind, RowReader } from '../../protocol/index.ts';
import type { FromCoordinator } from '../link/index.ts';
import { Grid, shapeHash } from '../link/index.ts';
import { Cell, type CopyEntity } from './cell.ts';

export type Opened = Extract<FromCoordinator, { type: 'opened' }>;
export type Delta = Extract<FromCoordinator, { type: 'delta' }>;

/** Invariant: an entity is in exactly the cell that `entity.cell` names; `stamp` counts deltas. */
export class RoomCopy {
  readonly id: number;
  readonly game: string;
  readonly kinds: readonly Kind[];
  readonly tickMs: number;
  readonly viewRadius: number;
  readonly grid: Grid | undefined;
  /** The index of the cell that everyone sees: of kinds without a place, or without a world. */
  readonly everywhere: number;
  tick: number;
  /** Of its shape. */
  readonly hash: string;
  stamp = 1;
  private readonly cells: (Cell | undefined)[] = [];
  private readonly entities = new Map<number, CopyEntity>();
  private readonly placeOf: readonly ({ x: number; y: number } | undefined)[];

  constructor(opened: Opened) {
    this.id = opened.room;
    this.hash = shapeHash(opened);
    this.game = opened.game;
    this.kinds = opened.kinds;
    this.tickMs = opened.tickMs;
    this.tick = opened.tick;
    this.viewRadius = opened.world?.viewRadius ?? 0;
    this.grid = opened.world ? new Grid(opened.world) : undefined;
    this.everywhere = this.grid?.size ?? 0;
    this.placeOf = opened.kinds.map(placeOf);
    this.enter(opened.entered);
  }

  /** Brings the copy to the delta's tick; until the next one, cells have the rows of this one. */
  apply(delta: Delta): void {
    this.stamp++;
    this.tick = delta.tick;
    this.leave(delta.left);
    this.enter(delta.entered);
    this.change(delta.changed);
  }

  cellAt(index: number): Cell | undefined {
    return this.cells[index];
  }

  entity(id: number): CopyEntity | undefined {
    return this.entities.get(id);
  }

  private leave(bytes: Uint8Array): void {
    const rows = new RowReader(this.kinds, bytes);
    while (rows.nextLeft()) {
      const entity = this.entities.get(rows.id);
      if (!entity) continue;
      this.entities.delete(rows.id);
      const cell = this.touched(entity.cell);
      cell.entities.delete(entity);
      cell.left.left(rows.id);
    }
  }

  private enter(bytes: Uint8Array): void {
    const rows = new RowReader(this.kinds, bytes);
    let values: FieldValues = [];
    const fresh = () => {
      values = [];
      return values;
    };
    while (rows.nextEntered(fresh)) {
      const { id, kindIndex, kind } = rows;
      const entity: CopyEntity = { id, kindIndex, kind, values, cell: 0 };
      entity.cell = this.cellOf(entity);
      this.entities.set(id, entity);
      const cell = this.touched(entity.cell);
      cell.entities.add(entity);
      cell.entered.append(bytes, rows.start, rows.at);
    }
  }

  private change(bytes: Uint8Array): void {
    const rows = new RowReader(this.kinds, bytes);
    let entity: CopyEntity | undefined;
    const target = (row: RowReader): FieldValues => {
      entity = this.entities.get(row.id);
      return entity?.values ?? [];
    };
    while (rows.nextChanged(target)) {
      if (!entity) continue;
      const to = this.cellOf(entity);
      if (to === entity.cell) {
        this.touched(to).changed.append(bytes, rows.start, rows.at);
        continue;
      }
      const from = entity.cell;
      const before = this.touched(from);
      before.entities.delete(entity);
      before.departures.push({ id: entity.id, to });
      entity.cell = to;
      const after = this.touched(to);
      after.entities.add(entity);
      after.arrivals.push({ entity, from, bytes, start: rows.start, end: rows.at });
    }
  }

  private cellOf(entity: CopyEntity): number {
    const place = this.placeOf[entity.kindIndex];
    if (!this.grid || !place) return this.everywhere;
    return this.grid.cellAt(entity.values[place.x] as number, entity.values[place.y] as number);
  }

  private touched(index: number): Cell {
    let cell = this.cells[index];
    if (!cell) {
      cell = new Cell();
      this.cells[index] = cell;
    }
    cell.touch(this.stamp);
    return cell;
  }
}

/** Where a kind has its x and y, if it has both as numbers. */
function placeOf(kind: Kind): { x: number; y: number } | undefined {
  const at = (name: string) =>
    kind.fields.findIndex(
      (field) => field.name === name && field.type !== 'string' && field.type !== 'bool',
    );
  const x = at('x');
  const y = at('y');
  return x < 0 || y < 0 ? undefined : { x, y };
}
