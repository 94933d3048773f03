// Which entities of a kind are in which cell of the world.

import type { Grid } from '../link/index.ts';
import type { EntityRecord } from './entity-record.ts';

/** Finds entities by place without looking at all of them. */
export class CellIndex {
  private readonly grid: Grid;
  private readonly xAt: number;
  private readonly yAt: number;
  private readonly cells: (Set<EntityRecord> | undefined)[] = [];
  private readonly cellOf = new Map<EntityRecord, number>();

  /** @param xAt,yAt the positions of x and y among the record's values. */
  constructor(grid: Grid, xAt: number, yAt: number) {
    this.grid = grid;
    this.xAt = xAt;
    this.yAt = yAt;
  }

  /** Files `record` under the cell of its present place. */
  place(record: EntityRecord): void {
    const cell = this.grid.cellAt(
      record.values[this.xAt] as number,
      record.values[this.yAt] as number,
    );
    const before = this.cellOf.get(record);
    if (before === cell) return;
    if (before !== undefined) this.cells[before]!.delete(record);
    this.cellOf.set(record, cell);
    let here = this.cells[cell];
    if (!here) {
      here = new Set();
      this.cells[cell] = here;
    }
    here.add(record);
  }

  remove(record: EntityRecord): void {
    const cell = this.cellOf.get(record);
    if (cell === undefined) return;
    this.cellOf.delete(record);
    this.cells[cell]!.delete(record);
  }

  /** Calls `visit` for all in the cells that the square around (x, y) touches, in no stated order. */
  around(x: number, y: number, distance: number, visit: (record: EntityRecord) => void): void {
    const { grid } = this;
    const lastColumn = grid.column(x + distance);
    const lastRow = grid.row(y + distance);
    for (let row = grid.row(y - distance); row <= lastRow; row++) {
      for (let column = grid.column(x - distance); column <= lastColumn; column++) {
        const here = this.cells[row * grid.columns + column];
        if (here) for (const record of here) visit(record);
      }
    }
  }
}
