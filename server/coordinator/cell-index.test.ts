// Entities by their place: `near` looks into few cells and finds what looking at all would find.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hidden, type KindSpec } from '../games/game.ts';
import { Grid } from '../link/grid.ts';
import { CellIndex } from './cell-index.ts';
import { EntityTable } from './entity-table.ts';
import { UndoLog } from './undo-log.ts';

interface Place {
  readonly id: number;
  x: number;
  y: number;
}

/** @param spec x and y must be its first fields in the table's order. */
function tableOf(grid: Grid | undefined, spec: KindSpec = { x: 'f32', y: 'f32' }): EntityTable {
  const room = { undo: new UndoLog(), lastId: 0 };
  return new EntityTable(room, 'thing', 0, spec, grid && new CellIndex(grid, 0, 1));
}

const near = (table: EntityTable, x: number, y: number, distance: number) =>
  table.near(x, y, distance).map(({ id }) => id);

function bruteForce(table: EntityTable, x: number, y: number, distance: number): number[] {
  return ([...table] as unknown as Place[])
    .filter((at) => Math.abs(at.x - x) <= distance && Math.abs(at.y - y) <= distance)
    .map(({ id }) => id);
}

/** In and around a world of 100 × 60; halves, so that f32 holds them as they are. */
const coordinate = fc.integer({ min: -60, max: 260 }).map((n) => n / 2);
const op = fc.record({
  what: fc.constantFrom('add', 'add', 'move', 'move', 'remove'),
  which: fc.nat(30),
  x: coordinate,
  y: coordinate,
});

function run(
  table: EntityTable,
  ops: readonly (typeof op extends fc.Arbitrary<infer T> ? T : never)[],
) {
  for (const { what, which, x, y } of ops) {
    const all = [...table] as unknown as Place[];
    const chosen = all[which % Math.max(1, all.length)];
    if (what === 'add') table.add({ x, y });
    else if (!chosen) continue;
    else if (what === 'remove') table.remove(chosen as never);
    else Object.assign(chosen, { x, y });
  }
}

describe('Entities.near', () => {
  it.each([
    ['in a world', new Grid({ width: 100, height: 60, viewRadius: 20 })],
    ['in a world of one cell', new Grid({ width: 5, height: 5, viewRadius: 50 })],
    ['without a world', undefined],
  ])('finds %s, after any moves, what brute force finds, in the order of ids', (_where, grid) => {
    fc.assert(
      fc.property(
        fc.array(op, { maxLength: 60, size: 'max' }),
        fc.array(fc.tuple(coordinate, coordinate, fc.nat(50)), { minLength: 1, maxLength: 5 }),
        (ops, questions) => {
          const table = tableOf(grid);
          run(table, ops);
          for (const [x, y, distance] of questions) {
            expect(near(table, x, y, distance)).toEqual(bruteForce(table, x, y, distance));
          }
        },
      ),
    );
  });

  it('includes what is exactly at the distance, and a removed entity never', () => {
    const table = tableOf(new Grid({ width: 100, height: 60, viewRadius: 20 }));
    const edge = table.add({ x: 30, y: 10 });
    table.add({ x: 30.5, y: 10 });
    expect(near(table, 20, 20, 10)).toEqual([edge.id]);
    table.remove(edge);
    (edge as unknown as Place).x = 20;
    expect(near(table, 20, 20, 10)).toEqual([]);
  });

  it('finds by a place that clients do not see', () => {
    const table = tableOf(undefined, { x: hidden('i16'), y: hidden('i16') });
    table.add({ x: 3, y: 4 });
    expect(near(table, 0, 0, 4)).toEqual([1]);
  });

  it.each([
    ['has no y', { x: 'i16' }],
    ['has a word for x', { x: 'string', y: 'i16' }],
  ] as const)('throws a TypeError for a kind that %s', (_what, spec) => {
    expect(() => tableOf(undefined, spec).near(0, 0, 1)).toThrow(
      new TypeError('thing has no place: no x and y'),
    );
  });
});
