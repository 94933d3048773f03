// Where two states of a room first differ, in the words of the game's author.
import type { KindLayout } from './kind-layout.ts';
import type { SavedRoom } from './room-state.ts';

export interface Difference {
  /** Such as `entities.miner[17].x`, 17 being the entity's id, or `state.rounds[2].winner`. */
  readonly path: string;
  /** The values as text: JSON, cut where it is long; `nothing` where there is none. */
  readonly left: string;
  readonly right: string;
}

const TEXT_MAX = 80;
/** In the place of a value that is not there. */
const NOTHING = Symbol('nothing');

/** @returns undefined for states that have the same hash. Entities are compared first and the random
 *  numbers' state last: that differs in consequence of other things. */
export function firstDifference(left: SavedRoom, right: SavedRoom): Difference | undefined {
  return (
    inValues('kinds', left.kinds, right.kinds) ??
    inEntities(left, right) ??
    inValues('state', left.state, right.state) ??
    inPlayers(left, right) ??
    inValues('outbox', left.outbox, right.outbox) ??
    inValues('', others(left), others(right))
  );
}

function others({ tick, now, entityIds, random }: SavedRoom): object {
  return { tick, now, entityIds, random };
}

function inEntities(left: SavedRoom, right: SavedRoom): Difference | undefined {
  for (const [table, kind] of left.kinds.entries()) {
    const [of, with_] = [left.entities[table]!, right.entities[table]!];
    for (let i = 0; i < Math.max(of.length, with_.length); i++) {
      const found = inEntity(kind, of[i], with_[i]);
      if (found) return found;
    }
  }
  return undefined;
}

type SavedEntity = SavedRoom['entities'][number][number];

/** Both are the first of their tables that was not compared yet, so the one with the lower id is
 *  missing on the other side. */
function inEntity(
  { name, fields }: KindLayout,
  left: SavedEntity | undefined,
  right: SavedEntity | undefined,
): Difference | undefined {
  const id = Math.min(
    left?.[0] ?? Number.POSITIVE_INFINITY,
    right?.[0] ?? Number.POSITIVE_INFINITY,
  );
  const path = `entities.${name}[${id}]`;
  const named = (entity: SavedEntity | undefined): unknown =>
    entity?.[0] === id
      ? Object.fromEntries(fields.map(([field], i) => [field, entity[1][i]]))
      : NOTHING;
  if (left?.[0] !== right?.[0]) return differing(path, named(left), named(right));
  const at = fields.findIndex((_, i) => !isSame(left![1][i], right![1][i]));
  return at < 0 ? undefined : differing(`${path}.${fields[at]![0]}`, left![1][at], right![1][at]);
}

function inPlayers(left: SavedRoom, right: SavedRoom): Difference | undefined {
  const ids = (room: SavedRoom) => room.players.map(({ id }) => id);
  const order = inValues('players', ids(left), ids(right));
  // Which of a thousand players stands elsewhere says less than who there is.
  if (order) return differing('players', ids(left), ids(right));
  for (const [i, player] of left.players.entries()) {
    const found = inValues(`players[${player.id}]`, player, right.players[i]);
    if (found) return found;
  }
  return undefined;
}

/** The same for plain values of any form. */
export function inValues(path: string, left: unknown, right: unknown): Difference | undefined {
  if (isSame(left, right)) return undefined;
  if (!isObject(left) || !isObject(right) || nameOf(left) !== nameOf(right)) {
    return differing(path, left, right);
  }
  if (Array.isArray(left)) {
    const { length } = right as unknown as unknown[];
    for (let i = 0; i < Math.max(left.length, length); i++) {
      const found = inValues(`${path}[${i}]`, memberOf(left, i), memberOf(right, i));
      if (found) return found;
    }
    return undefined;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = inValues(
      path === '' ? key : `${path}.${key}`,
      memberOf(left, key),
      memberOf(right, key),
    );
    if (found) return found;
  }
  return undefined;
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || (Number.isNaN(left) && Number.isNaN(right));
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

const nameOf = (value: object): string => value.constructor?.name ?? 'Object';

function memberOf(of: Record<PropertyKey, unknown>, key: PropertyKey): unknown {
  return Object.hasOwn(of, key) ? of[key] : NOTHING;
}

function differing(path: string, left: unknown, right: unknown): Difference {
  return { path, left: textOf(left), right: textOf(right) };
}

function textOf(value: unknown): string {
  if (value === NOTHING) return 'nothing';
  // What JSON does not tell apart: undefined, NaN, a Map.
  const isPlain = !isObject(value) || Array.isArray(value) || nameOf(value) === 'Object';
  const text =
    !isPlain || typeof value === 'number'
      ? undefined
      : (JSON.stringify(value) as string | undefined);
  const whole = text ?? (isPlain ? String(value) : `a ${nameOf(value as object)}`);
  return whole.length > TEXT_MAX ? `${whole.slice(0, TEXT_MAX)}…` : whole;
}
