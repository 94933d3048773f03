// For tests: a room as the client sees it, with the entities that the test puts there.

import type { Kind } from '../../protocol/index.ts';
import type { Entity } from '../index.ts';
import { anyKeymap } from './any-game/any-keys.ts';
import { CaveMap } from './cave-map.ts';
import { Feed } from './feed.ts';
import { keymapOf } from './keymap.ts';
import { type Model, Overlay } from './model.ts';
import type { World } from './world.ts';

/** A chunk of floor with a wall as its northernmost row, and a bank in its south-east corner. */
export const CHUNK = `00${'ff'.repeat(7)}${'00'.repeat(7)}01`;

export class TestWorld implements World {
  game = 'goldrush';
  readonly number = 1;
  kinds: Kind[] = [];
  viewRadius = 0;
  about: unknown = {};
  avatar: Entity | undefined;
  readonly entities = new Map<number, Entity>();

  add(kind: string, fields: Readonly<Record<string, number | string>>): Entity {
    const entity = { kind, id: this.entities.size + 1, ...fields };
    this.entities.set(entity.id, entity);
    return entity;
  }

  /** Adds a miner. */
  miner(player: number, x: number, y: number, more: Readonly<Record<string, number>> = {}): Entity {
    const well = { facing: 1, gold: 0, banked: 0, rank: 0, hurt: 0 };
    return this.add('miner', { x, y, player, name: `miner${player}`, ...well, ...more });
  }

  of<E extends Entity = Entity>(kind: string): E[] {
    return [...this.entities.values()].filter((entity) => entity.kind === kind) as E[];
  }
}

export function modelOf(parts: Partial<Model>): Model {
  return {
    nowMs: 0,
    hasColours: true,
    game: 'goldrush',
    four: { column: 3, turnForMs: 0 },
    waiting: undefined,
    world: undefined,
    map: new CaveMap(),
    any: { info: undefined, moving: new Set(), unit: 1, hasColours: true },
    keymap: keymapOf(parts.game ?? 'goldrush') ?? anyKeymap(parts.any?.info, true),
    feed: new Feed(),
    trades: [],
    owned: undefined,
    question: undefined,
    notice: undefined,
    overlay: Overlay.None,
    scores: undefined,
    typing: undefined,
    rttMs: undefined,
    worker: undefined,
    players: undefined,
    online: undefined,
    ...parts,
  };
}
