// What each client is told is what it should see: compared with brute force, in random worlds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowWriter } from '../../protocol/index.ts';
import { Grid, mergeRows, type Sight } from '../link/index.ts';
import { Interest, NOWHERE } from './interest.ts';
import { type Delta, RoomCopy } from './room-copy.ts';
import { Mirror, type Mirrored } from './test-mirror.ts';
import { opArbitrary, TestWorld, worldArbitrary } from './test-world.ts';

const CLIENTS = 4;

interface Client {
  /** The id of its entity; 0: it has none. */
  avatar: number;
  /** What it sees without one. */
  sight: Sight;
  readonly mirror: Mirror;
  /** The cell around which it was told last. */
  centre: number;
}

class Scene {
  readonly clients: Client[];
  private readonly world: TestWorld;
  private readonly grid: Grid | undefined;
  private copy: RoomCopy;
  private interest: Interest;

  constructor(world: TestWorld) {
    this.world = world;
    this.grid = world.world && new Grid(world.world);
    this.copy = new RoomCopy(world.opened());
    this.interest = new Interest(this.copy);
    this.clients = Array.from({ length: CLIENTS }, (_, avatar) => ({
      avatar,
      sight: [0, 0] as const,
      mirror: new Mirror(this.copy.kinds),
      centre: NOWHERE,
    }));
  }

  reopen(): void {
    this.copy = new RoomCopy(this.world.opened());
    this.interest = new Interest(this.copy);
    for (const client of this.clients) client.centre = NOWHERE;
  }

  /** @param deltas of several ticks where the worker is late. */
  apply(deltas: readonly Delta[]): void {
    this.copy.apply({ ...deltas.at(-1)!, ...mergeRows(this.copy.kinds, deltas) });
  }

  show(client: Client): void {
    const { avatar, sight, mirror, centre } = client;
    const before = new Set(mirror.known.keys());
    const to = this.interest.centre(avatar, sight);
    const body = this.interest.body(centre, to);
    expect(this.interest.body(centre, to)).toBe(body);
    expect(body.reset).toBe(centre === NOWHERE);
    mirror.apply(body);
    expect(mirror.known).toEqual(this.seenBy(client));
    if (centre === to) expectNothingSuperfluous(client, before);
    client.centre = to;
  }

  /** Where the avatar is now; what the client sees without one, where it has none with a place. */
  private sightOf({ avatar, sight }: Client): Sight {
    const { x, y } = this.world.things.find(({ id }) => id === avatar) ?? {};
    return x === undefined || y === undefined ? sight : [x, y];
  }

  private seenBy(client: Client): Map<number, Mirrored> {
    const { grid } = this;
    const sight = this.sightOf(client);
    const seen = this.world.things.filter(({ x, y }) => {
      if (!grid || x === undefined || y === undefined || sight === 'all') return true;
      if (sight === 'nothing') return false;
      const columns = Math.abs(grid.column(x) - grid.column(sight[0]));
      const rows = Math.abs(grid.row(y) - grid.row(sight[1]));
      return columns <= grid.reach && rows <= grid.reach;
    });
    return new Map(seen.map(({ id, kind, values }) => [id, { kind, values: [...values] }]));
  }
}

/** Where the view did not move, rows say only what is new to the client. */
function expectNothingSuperfluous({ mirror }: Client, before: ReadonlySet<number>): void {
  const { left, entered, changed } = mirror.named;
  expect(left.filter((id) => !before.has(id))).toEqual([]);
  expect(entered.filter((id) => before.has(id))).toEqual([]);
  expect(changed.filter((id) => !before.has(id))).toEqual([]);
  const all = [...left, ...entered, ...changed];
  expect(new Set(all).size).toBe(all.length);
}

const tick = fc.record({
  ops: fc.array(opArbitrary, { maxLength: 10, size: 'max' }),
  /** Bit n: client n reads too slowly and is told nothing of this tick. */
  misses: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(2 ** CLIENTS - 1)),
  reopens: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
  /** The game gives one of the clients another avatar, which may not be there, and another sight. */
  turn: fc.option(
    fc.record({
      which: fc.nat(CLIENTS - 1),
      avatar: fc.nat(12),
      sight: fc.oneof(
        fc.constantFrom('all' as const, 'nothing' as const),
        fc.tuple(fc.integer({ min: -5, max: 65 }), fc.integer({ min: -5, max: 65 })),
      ),
    }),
    { freq: 3 },
  ),
  /** The worker is late: it shows this tick together with the next one. */
  isMerged: fc.boolean(),
});

describe('A client', () => {
  it('knows after each of its frames exactly what is in its view, as it is', () => {
    fc.assert(
      fc.property(
        worldArbitrary,
        fc.array(tick, { maxLength: 25, size: 'max' }),
        (shape, ticks) => {
          const world = new TestWorld(shape, CLIENTS - 1);
          const scene = new Scene(world);
          for (const client of scene.clients) scene.show(client);
          let waiting: Delta[] = [];
          for (const { ops, misses, reopens, turn, isMerged } of ticks) {
            if (reopens && waiting.length === 0) scene.reopen();
            waiting.push(world.step(ops));
            if (turn) Object.assign(scene.clients[turn.which]!, turn);
            if (isMerged) continue;
            scene.apply(waiting);
            waiting = [];
            scene.clients.forEach((client, i) => {
              if ((misses & (1 << i)) !== 0) client.centre = NOWHERE;
              else scene.show(client);
            });
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('A body', () => {
  const world = () => new TestWorld({ width: 90, height: 90, viewRadius: 9 }, 2);

  it('is the same object for clients whose views begin and end alike', () => {
    const from = world();
    const copy = new RoomCopy(from.opened());
    const interest = new Interest(copy);
    const first = interest.body(4, 4);
    expect(interest.body(4, 4)).toBe(first);
    expect(interest.body(NOWHERE, 4)).not.toBe(first);
    expect(interest.body(5, 4)).not.toBe(first);
    copy.apply(from.step([]));
    expect(interest.body(4, 4)).not.toBe(first);
  });

  it('has no rows where nothing happened in view', () => {
    const from = world();
    const copy = new RoomCopy(from.opened());
    const interest = new Interest(copy);
    const here = interest.centre(1, 'nothing');
    copy.apply(from.step([{ op: 'add', kind: 1, x: 80, y: 80, text: 'far' }]));
    const { left, entered, changed, reset } = interest.body(here, here);
    expect([left.length, entered.length, changed.length, reset]).toEqual([0, 0, 0, false]);
  });

  it('holds a move within the view as the fields that changed, no more', () => {
    const from = new TestWorld({ width: 90, height: 90, viewRadius: 15 }, 2);
    const copy = new RoomCopy(from.opened());
    const interest = new Interest(copy);
    const here = interest.centre(1, 'nothing');
    // The second walker, from x 13: to another cell.
    copy.apply(from.step([{ op: 'teleport', which: 1, x: 5, y: 7 }]));
    const rows = new RowWriter();
    const kind = copy.kinds[1]!;
    rows.changed(1, kind, 2, 0b010, ['', 5, 7, 0]);
    expect(interest.body(here, here).changed).toEqual(Buffer.from(rows.written()));
  });
});
