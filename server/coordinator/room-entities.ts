// The entities of a room: a table for each kind, their ids, and the rows of what has changed.
import { type Kind, RowWriter } from '../../protocol/index.ts';
import type { Entity, Game, KindSpecs } from '../games/index.ts';
import { Grid } from '../link/index.ts';
import { CellIndex } from './cell-index.ts';
import { orderFields, placeOf } from './entity-fields.ts';
import {
  type ChangeRows,
  EntityTable,
  type SavedEntities,
  type TableRoom,
} from './entity-table.ts';
import { isSameLayout, type KindLayout, layoutOf } from './kind-layout.ts';
import type { Changes } from './outputs.ts';
import type { UndoLog } from './undo-log.ts';

export class RoomEntities implements TableRoom {
  readonly undo: UndoLog;
  readonly tables: readonly EntityTable[];
  readonly kinds: readonly Kind[];
  readonly layout: readonly KindLayout[];
  /** The highest id that was given. */
  lastId = 0;
  private readonly rows: ChangeRows = {
    left: new RowWriter(),
    entered: new RowWriter(),
    changed: new RowWriter(),
  };

  constructor(game: Game, undo: UndoLog) {
    this.undo = undo;
    this.layout = layoutOf(game);
    const grid = game.world ? new Grid(game.world) : undefined;
    this.tables = Object.entries(game.entities as KindSpecs).map(([name, spec], index) => {
      const place = placeOf(orderFields(spec));
      const cells = grid && place ? new CellIndex(grid, place.xAt, place.yAt) : undefined;
      return new EntityTable(this, name, index, spec, cells);
    });
    this.kinds = this.tables.map((table) => table.kind);
  }

  get(id: number): Entity | undefined {
    for (const table of this.tables) {
      const found = table.get(id);
      if (found) return found;
    }
    return undefined;
  }

  remove(entity: Entity): void {
    for (const table of this.tables) {
      if (table.get(entity.id) === entity) table.remove(entity);
    }
  }

  /** The rows that changed since the last call; undefined where none did. */
  takeChanges(): Changes | undefined {
    const { left, entered, changed } = this.rows;
    left.clear();
    entered.clear();
    changed.clear();
    for (const table of this.tables) table.takeChanges(this.rows);
    if (left.length + entered.length + changed.length === 0) return undefined;
    return { left: copy(left), entered: copy(entered), changed: copy(changed) };
  }

  /** As `takeChanges`, and nobody is to be told.
   *  @returns whether there were any. */
  dropChanges(): boolean {
    // All of them: each forgets its own.
    const have = this.tables.map((table) => table.dropChanges());
    return have.includes(true);
  }

  /** Every entity that `takeChanges` has given, as entered rows. */
  allRows(): Buffer {
    const { entered } = this.rows;
    entered.clear();
    for (const table of this.tables) table.appendAll(entered);
    return copy(entered);
  }

  /** To be called when the changes of a transaction were taken back. */
  undone(): void {
    for (const table of this.tables) table.undone();
  }

  /** In the order of the layout. */
  save(): SavedEntities[] {
    return this.tables.map((table) => table.save());
  }

  /** Everything counts as published.
   *  @throws {RangeError} when the game's kinds are not those of `kinds`. */
  restore(lastId: number, kinds: readonly KindLayout[], saved: readonly SavedEntities[]): void {
    if (!isSameLayout(kinds, this.layout)) {
      throw new RangeError('saved with other kinds or fields: carryOver makes them fit');
    }
    this.lastId = lastId;
    this.tables.forEach((table, i) => {
      table.restore(saved[i]!);
    });
  }
}

const NOTHING = Buffer.alloc(0);
export const NO_CHANGES: Changes = { left: NOTHING, entered: NOTHING, changed: NOTHING };

function copy(rows: RowWriter): Buffer {
  return rows.length === 0 ? NOTHING : Buffer.from(rows.written());
}
