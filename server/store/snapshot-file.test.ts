// A snapshot's bytes: the same in one go and in small steps, and read as what was written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Saved } from './saved-slices.ts';
import {
  checked,
  decodeSnapshot,
  encodeSnapshot,
  encodeSnapshotLater,
  snapshotFormat,
} from './snapshot-file.ts';
import { stateHash } from './state-hash.ts';
import { plainValue } from './test-plain-value.ts';

const snapshotOf = (saved: Saved) => ({ room: 7, game: 'a', stateVersion: 3, tick: 9, saved });
const entities = (count: number) => Array.from({ length: count }, (_, i) => [i, [i, `${i}`]]);
const players = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: '' }));

describe('A snapshot’s bytes', () => {
  it('are read as what was written, however much that is', () => {
    const sizes = fc.constantFrom(0, 1, 9, 10, 11, 999, 1000, 1001, 3500);
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 3 }), sizes, plainValue, (tables, of, state) => {
        const parts = { state, entities: tables.map(entities), players: players(of) };
        const saved = JSON.parse(JSON.stringify(parts)) as Saved;
        const read = decodeSnapshot('', encodeSnapshot(snapshotOf(saved)));
        expect(read).toStrictEqual({ ...snapshotOf(saved), hash: stateHash(saved) });
      }),
    );
  });

  it('are the same when made in small steps, whatever becomes of the rest meanwhile', async () => {
    const state = { list: [1] };
    const saved = { state, entities: [entities(2500)], players: players(120) };
    const bytes = encodeSnapshot(snapshotOf(saved));
    const later = encodeSnapshotLater(snapshotOf(saved));
    state.list.push(2);
    expect((await later).bytes).toEqual(bytes);
  });

  it('of the format before are read, without their hash: it was counted otherwise', () => {
    const snapshot = snapshotOf({ entities: [entities(2)], players: players(2) });
    const bytes = encodeSnapshot(snapshot);
    bytes.writeUInt16LE(snapshotFormat.version - 1, 4);
    const read = decodeSnapshot('', bytes);
    expect(read).toStrictEqual({ ...snapshot, hash: undefined });
    expect(checked('', read)).toBe(read);
  });

  it('are not made of what a file cannot hold', async () => {
    const saved = { state: new Map(), entities: [], players: [] } as Saved;
    await expect(encodeSnapshotLater(snapshotOf(saved))).rejects.toThrow('a Map');
  });
});
