// The cells of a world: every place is in one, and the view around a cell is as wide as promised.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Grid } from './grid.ts';

const side = fc.integer({ min: 1, max: 3000 });
const world = fc.record({ width: side, height: side, viewRadius: side });
/** From 0 to 1, without the preference of `fc.double` for what is almost nothing. */
const part = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);

describe('A grid', () => {
  it('has every place of the world in one of its cells', () => {
    fc.assert(
      fc.property(world, part, part, (shape, u, v) => {
        const grid = new Grid(shape);
        const [x, y] = [u * shape.width, v * shape.height];
        const cell = grid.cellAt(x, y);
        expect(cell).toBeGreaterThanOrEqual(0);
        expect(cell).toBeLessThan(grid.size);
        const [column, row] = [cell % grid.columns, Math.floor(cell / grid.columns)];
        expect([grid.column(x), grid.row(y)]).toEqual([column, row]);
        // The far edges count to the last cells.
        if (x < shape.width) expect(Math.floor(x / grid.cell)).toBe(column);
        if (y < shape.height) expect(Math.floor(y / grid.cell)).toBe(row);
      }),
    );
  });

  it('counts places outside to the nearest cell', () => {
    const grid = new Grid({ width: 90, height: 60, viewRadius: 30 });
    expect([grid.cell, grid.columns, grid.rows, grid.reach]).toEqual([10, 9, 6, 3]);
    expect(grid.cellAt(-1000, -1)).toBe(0);
    expect(grid.cellAt(1e9, 60)).toBe(grid.size - 1);
  });

  it('shows, around any place, all that is within the radius', () => {
    const offset = part.map((n) => n * 2 - 1);
    fc.assert(
      fc.property(world, part, part, offset, offset, (shape, u, v, du, dv) => {
        const grid = new Grid(shape);
        const [x, y] = [u * shape.width, v * shape.height];
        const [otherX, otherY] = [x + du * shape.viewRadius, y + dv * shape.viewRadius];
        expect(Math.abs(grid.column(x) - grid.column(otherX))).toBeLessThanOrEqual(grid.reach);
        expect(Math.abs(grid.row(y) - grid.row(otherY))).toBeLessThanOrEqual(grid.reach);
      }),
    );
  });

  it('visits each cell of a view once, and sees exactly those', () => {
    const small = fc.integer({ min: 1, max: 60 });
    const shape = fc.record({ width: small, height: small, viewRadius: small });
    fc.assert(
      fc.property(shape, part, part, (of, u, v) => {
        const grid = new Grid(of);
        const centre = grid.cellAt(u * of.width, v * of.height);
        const place = (cell: number) => [cell % grid.columns, Math.floor(cell / grid.columns)];
        const [column, row] = place(centre) as [number, number];
        const block = Array.from({ length: grid.size }, (_, cell) => cell).filter((cell) => {
          const [otherColumn, otherRow] = place(cell) as [number, number];
          return (
            Math.abs(column - otherColumn) <= grid.reach && Math.abs(row - otherRow) <= grid.reach
          );
        });
        const visited: number[] = [];
        grid.view(centre, (cell) => visited.push(cell));
        expect(visited.toSorted((a, b) => a - b)).toEqual(block);
        for (let cell = 0; cell < grid.size; cell++) {
          expect(grid.sees(centre, cell)).toBe(block.includes(cell));
        }
      }),
    );
  });
});
