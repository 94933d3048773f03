import { describe, expect, test } from 'vitest';
import { minerKinds, rows, state } from './fake-server.ts';
import { Mirror } from './mirror.ts';

const [miner, gold] = minerKinds;
const enters = (id: number, x: number, name: string) =>
  rows((w) => w.entered(0, miner!, id, [x, 0, name]));

describe('a mirror', () => {
  test('keeps the object of an entity that enters again, and replaces its fields', () => {
    const mirror = new Mirror(minerKinds);
    mirror.apply(state({ entered: enters(1, 5, 'ada') }));
    const ada = mirror.entities.get(1);
    mirror.apply(state({ entered: enters(1, 6, 'bob') }));
    expect(mirror.entities.get(1)).toBe(ada);
    expect(ada).toMatchObject({ x: 6, name: 'bob' });
  });

  test('says of a reset what it did not mention', () => {
    const mirror = new Mirror(minerKinds);
    mirror.apply(state({ entered: Buffer.concat([enters(1, 5, 'ada'), enters(2, 5, 'bob')]) }));
    const change = mirror.apply(state({ reset: true, entered: enters(2, 7, 'bob') }));
    expect(change).toMatchObject({ reset: true, entered: [2], left: [1] });
    expect([...mirror.of('miner')].map(([id]) => id)).toEqual([2]);
  });

  test('applies left, then entered, then changed', () => {
    const mirror = new Mirror(minerKinds);
    mirror.apply(state({ entered: enters(1, 5, 'ada') }));
    mirror.apply(
      state({
        left: rows((w) => w.left(1)),
        entered: rows((w) => w.entered(1, gold!, 1, [9])),
        changed: rows((w) => w.changed(1, gold!, 1, 1, [8])),
      }),
    );
    expect({ ...mirror.entities.get(1) }).toEqual({ kind: 'gold', id: 1, worth: 8 });
    expect(mirror.of('miner').size).toBe(0);
  });

  test('an id that enters as another kind is another entity', () => {
    const mirror = new Mirror(minerKinds);
    mirror.apply(state({ entered: enters(1, 5, 'ada') }));
    mirror.apply(state({ entered: rows((w) => w.entered(1, gold!, 1, [9])) }));
    expect(mirror.of('miner').size).toBe(0);
    expect([...mirror.of('gold')].length).toBe(1);
  });

  test('reads over changed and left rows of entities that it does not have', () => {
    const mirror = new Mirror(minerKinds);
    mirror.apply(state({ entered: enters(1, 5, 'ada') }));
    const changed = rows((w) => {
      w.changed(0, miner!, 77, 0b101, [1, 2, 'x']);
      w.changed(1, gold!, 1, 1, [3]);
      w.changed(0, miner!, 1, 1, [6, 0, '']);
    });
    const change = mirror.apply(state({ changed, left: rows((w) => w.left(78)) }));
    expect(change).toMatchObject({ changed: [1], left: [] });
    expect({ ...mirror.entities.get(1) }).toEqual({
      kind: 'miner',
      id: 1,
      x: 6,
      y: 0,
      name: 'ada',
    });
  });

  test('refuses rows that do not fit its kinds', () => {
    const mirror = new Mirror(minerKinds);
    const bad = expect.objectContaining({ code: 'BAD_FRAME' });
    expect(() => mirror.apply(state({ entered: Buffer.of(2, 1) }))).toThrow(bad);
    expect(() => mirror.apply(state({ changed: Buffer.of(0, 1, 0x80) }))).toThrow(bad);
  });
});
