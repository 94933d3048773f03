// The square cells into which a world is cut, as coordinator and workers both see them.

/** The world's size as it goes over the link. */
export interface GridShape {
  readonly width: number;
  readonly height: number;
  readonly viewRadius: number;
}

/** How many cells lie between an avatar's cell and the edge of its view: smaller cells follow the
 *  radius more closely, larger ones make fewer pieces to join. Measured best at 3. */
const CELLS_PER_RADIUS = 3;

export class Grid {
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
  /** Cells on each side of the avatar's own that are seen. */
  readonly reach: number;

  constructor(shape: GridShape) {
    this.cell = Math.max(1, Math.ceil(shape.viewRadius / CELLS_PER_RADIUS));
    this.columns = Math.max(1, Math.ceil(shape.width / this.cell));
    this.rows = Math.max(1, Math.ceil(shape.height / this.cell));
    this.reach = Math.ceil(shape.viewRadius / this.cell);
  }

  get size(): number {
    return this.columns * this.rows;
  }

  /** Places outside the world count to the nearest cell. */
  column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor(x / this.cell)));
  }

  row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor(y / this.cell)));
  }

  cellAt(x: number, y: number): number {
    return this.row(y) * this.columns + this.column(x);
  }

  /** Visits the cells that are seen from the cell `centre`, row by row. */
  view(centre: number, visit: (cell: number) => void): void {
    const { columns, reach } = this;
    const column = centre % columns;
    const row = (centre - column) / columns;
    const lastRow = Math.min(this.rows - 1, row + reach);
    const lastColumn = Math.min(columns - 1, column + reach);
    for (let r = Math.max(0, row - reach); r <= lastRow; r++) {
      for (let c = Math.max(0, column - reach); c <= lastColumn; c++) visit(r * columns + c);
    }
  }

  /** Whether `cell` is seen from the cell `centre`. */
  sees(centre: number, cell: number): boolean {
    const { columns, reach } = this;
    const column = centre % columns;
    const otherColumn = cell % columns;
    if (Math.abs(column - otherColumn) > reach) return false;
    return Math.abs(centre - column - (cell - otherColumn)) <= reach * columns;
  }
}
