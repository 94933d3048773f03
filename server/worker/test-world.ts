// A random world as the coordinator has it, and what it tells a worker of each tick.
import fc from 'fast-check';
import type { FieldValue } from '../../protocol/index.ts';
import { RoomState } from '../coordinator/room-state.ts';
import { type Entities, type Game, hidden, type World } from '../games/game.ts';
import type { ViewChange } from '../link/index.ts';
import type { Delta, Opened } from './room-copy.ts';

/** Kinds with a place, in whole numbers and in others, and without one. */
const entities = {
  sign: { text: 'string', lit: 'bool' },
  walker: { name: 'string', x: 'i16', y: 'i16', health: 'u8', secret: hidden('u32') },
  bird: { x: 'f32', height: 'f64', y: 'f32' },
  note: { x: 'string', y: 'string', serial: 'u32' },
} as const;
const kindNames = Object.keys(entities);

export interface Thing {
  readonly id: number;
  readonly kind: string;
  /** The fields that clients see, in the kind's order. */
  readonly values: readonly FieldValue[];
  /** Where it is, for a kind that has a place. */
  readonly x?: number;
  readonly y?: number;
}

type Live = { id: number } & Record<string, FieldValue>;

/** In and around worlds that are some views wide, so that cells come into view and go all the time. */
const coordinate = fc.integer({ min: -10, max: 70 });
const near = fc.integer({ min: -6, max: 6 });

export const opArbitrary = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('add' as const),
      kind: fc.nat(kindNames.length - 1),
      x: coordinate,
      y: coordinate,
      text: fc.string({ maxLength: 5 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constant('step' as const), which: fc.nat(50), x: near, y: near }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('teleport' as const),
      which: fc.nat(50),
      x: coordinate,
      y: coordinate,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('change' as const),
      which: fc.nat(50),
      text: fc.string({ maxLength: 40 }),
      number: fc.nat(255),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('remove' as const), which: fc.nat(50) }) },
);
export type Op = typeof opArbitrary extends fc.Arbitrary<infer T> ? T : never;

const side = fc.integer({ min: 1, max: 60 });
export const worldArbitrary = fc.option(
  fc.record({ width: side, height: side, viewRadius: fc.integer({ min: 1, max: 12 }) }),
  { nil: undefined, freq: 8 },
);

export class TestWorld {
  readonly world: World | undefined;
  private readonly state: RoomState;
  private ops: readonly Op[] = [];

  /** @param avatars so many walkers are there from the beginning, with ids from 1. */
  constructor(world: World | undefined, avatars: number) {
    this.world = world;
    const spread = Array.from({ length: avatars }, (_, i) => ({ x: i * 13, y: i * 7 }));
    const game = {
      name: 'random',
      text: '',
      ticksPerSecond: 20,
      playersMax: 1,
      ...(world && { world }),
      entities,
      state: () => null,
      create: (room) => {
        for (const place of spread) this.table('walker', room).add(place);
      },
      tick: () => this.run(),
      commands: {},
    } as Game;
    this.state = new RoomState(game, { id: 3, seed: 1, now: 0 });
    this.state.takeChanges();
  }

  /** A copy that begins now. */
  opened(): Opened {
    const { kinds, room } = this.state;
    return {
      type: 'opened',
      room: 3,
      game: 'random',
      kinds,
      world: this.world ?? null,
      tickMs: 50,
      tick: room.tick,
      entered: this.state.allRows(),
    };
  }

  /** One tick in which this happens. */
  step(ops: readonly Op[], acks: number[] = [], views: ViewChange[] = []): Delta {
    this.ops = ops;
    this.state.apply(0, []);
    const { tick } = this.state.room;
    return { type: 'delta', room: 3, tick, ...this.state.takeChanges(), acks, views };
  }

  /** Everything that is there. */
  get things(): Thing[] {
    return this.state.kinds.flatMap(({ name, fields }) =>
      [...this.table(name)].map((entity) => {
        const live = entity as unknown as Live;
        const values = fields.map((field) => live[field.name]!);
        const thing = { id: live.id, kind: name, values };
        if (name !== 'walker' && name !== 'bird') return thing;
        return { ...thing, x: live.x as number, y: live.y as number };
      }),
    );
  }

  private table(kind: string, room = this.state.room): Entities {
    return room.entities[kind] as Entities;
  }

  private run(): void {
    for (const op of this.ops) {
      if (op.op === 'add') this.add(op);
      else this.touch(op);
    }
  }

  private add({ kind, x, y, text }: Op & { op: 'add' }): void {
    const name = kindNames[kind]!;
    if (name === 'sign') this.table(name).add({ text });
    else if (name === 'walker') this.table(name).add({ x, y, name: text });
    else if (name === 'bird') this.table(name).add({ x: x / 4, y: y / 4, height: 0.1 });
    else this.table(name).add({ x: text, y: text });
  }

  private touch(op: Exclude<Op, { op: 'add' }>): void {
    const all = kindNames.flatMap((kind) =>
      [...this.table(kind)].map((entity) => ({ kind, entity: entity as unknown as Live })),
    );
    const chosen = all[op.which % Math.max(1, all.length)];
    if (!chosen) return;
    const { kind, entity } = chosen;
    const hasPlace = kind === 'walker' || kind === 'bird';
    if (op.op === 'remove') this.table(kind).remove(entity as never);
    else if (op.op === 'teleport' && hasPlace) Object.assign(entity, { x: op.x, y: op.y });
    else if (op.op === 'step' && hasPlace) {
      entity.x = (entity.x as number) + op.x;
      entity.y = (entity.y as number) + op.y;
    } else if (op.op === 'change') change(kind, entity, op.text, op.number);
  }
}

function change(kind: string, entity: Live, text: string, number: number): void {
  if (kind === 'sign') Object.assign(entity, { text, lit: number > 127 });
  else if (kind === 'walker') Object.assign(entity, { name: text, health: number, secret: number });
  else if (kind === 'bird') entity.height = number / 10;
  else Object.assign(entity, { x: text, serial: number });
}
