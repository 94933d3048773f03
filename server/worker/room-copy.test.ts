// A worker's copy of a room: after any deltas the same as one that is opened now.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoomCopy } from './room-copy.ts';
import { opArbitrary, TestWorld, worldArbitrary } from './test-world.ts';

/** What is in each cell. */
function contentsOf(copy: RoomCopy): Map<number, unknown> {
  const contents = new Map<number, unknown>();
  for (let cell = 0; cell <= copy.everywhere; cell++) {
    const entities = [...(copy.cellAt(cell)?.entities ?? [])].sort((a, b) => a.id - b.id);
    if (entities.length === 0) continue;
    contents.set(
      cell,
      entities.map(({ id, kind, values }) => {
        expect(copy.entity(id)?.cell).toBe(cell);
        return { id, kind: kind.name, values };
      }),
    );
  }
  return contents;
}

describe('A copy', () => {
  it('that followed every delta has what one has that begins now, cell by cell', () => {
    const ticks = fc.array(fc.array(opArbitrary, { maxLength: 12 }), {
      maxLength: 20,
      size: 'max',
    });
    fc.assert(
      fc.property(worldArbitrary, ticks, (shape, given) => {
        const world = new TestWorld(shape, 3);
        const copy = new RoomCopy(world.opened());
        for (const ops of given) copy.apply(world.step(ops));
        const opened = new RoomCopy(world.opened());
        expect(contentsOf(copy)).toEqual(contentsOf(opened));
        expect(copy.tick).toBe(opened.tick);
        const ids = world.things.map(({ id }) => id);
        expect(ids.every((id) => copy.entity(id) !== undefined)).toBe(true);
        expect([...contentsOf(copy).values()].flat()).toHaveLength(ids.length);
      }),
    );
  });

  it('knows what the room is: its game, its kinds, its times and how far one sees', () => {
    const copy = new RoomCopy(new TestWorld({ width: 60, height: 30, viewRadius: 30 }, 0).opened());
    expect(copy).toMatchObject({ id: 3, game: 'random', tickMs: 50, tick: 0, viewRadius: 30 });
    expect(copy.grid).toMatchObject({ columns: 6, rows: 3, reach: 3 });
    expect(copy.everywhere).toBe(18);
    expect(copy.kinds.map(({ name }) => name)).toEqual(['sign', 'walker', 'bird', 'note']);
  });

  it('without a world has one cell, which everyone sees', () => {
    const copy = new RoomCopy(new TestWorld(undefined, 2).opened());
    expect([copy.grid, copy.everywhere, copy.viewRadius]).toEqual([undefined, 0, 0]);
    expect(copy.cellAt(0)!.entities.size).toBe(2);
  });

  it('files kinds without a place, and those whose x is a word, under the cell for everyone', () => {
    const world = new TestWorld({ width: 90, height: 90, viewRadius: 9 }, 0);
    const copy = new RoomCopy(world.opened());
    const at = { x: 50, y: 50, text: 'here' };
    copy.apply(world.step([0, 1, 2, 3].map((kind) => ({ op: 'add', kind, ...at }))));
    const everyone = [...copy.cellAt(copy.everywhere)!.entities];
    expect(everyone.map(({ kind }) => kind.name)).toEqual(['sign', 'note']);
  });

  it('leaves alone what it does not know', () => {
    const world = new TestWorld(undefined, 1);
    const copy = new RoomCopy({ ...world.opened(), entered: Buffer.alloc(0) });
    copy.apply(world.step([{ op: 'change', which: 0, text: 'x', number: 1 }]));
    copy.apply(world.step([{ op: 'remove', which: 0 }]));
    expect(copy.entity(1)).toBeUndefined();
  });
});
