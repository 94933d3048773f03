// Carries what a room remembered under other code over to the game as it is now.
import type { FieldValue } from '../../protocol/index.ts';
import type { Game, MigratedRoom, OldEntity, OldRoom } from '../games/index.ts';
import { asWritten, type Snapshot, stateHash } from '../store/index.ts';
import { checkedValue, zero } from './entity-fields.ts';
import type { SavedEntities } from './entity-table.ts';
import { type Guard, mark } from './guard.ts';
import { untilProven } from './hang-proof.ts';
import { isSameLayout, type KindLayout, layoutOf } from './kind-layout.ts';
import type { SavedRoom } from './room-state.ts';

/** A room does not fit the game as it is now; the message says why and what to do. */
export class CarryOverError extends Error {
  override readonly name = 'CarryOverError';
  readonly code = 'CANNOT_CARRY_OVER';
}

export const stateVersionOf = (game: Game): number => game.stateVersion ?? 0;

/** @returns what the game as it is now can go on with, and whether that is something else than what
 *  was written down. Entities are carried over by the names of their kinds and fields.
 *  @throws {CarryOverError} when the game is older than the snapshot, when its `migrate` fails, or
 *  when without it something would be lost or would not fit. */
export function carryOver(
  game: Game,
  snapshot: Pick<Snapshot, 'stateVersion' | 'saved'>,
  guard: Guard,
): { readonly saved: SavedRoom; readonly changed: boolean } {
  const saved = snapshot.saved as SavedRoom;
  const { stateVersion } = snapshot;
  const version = stateVersionOf(game);
  if (stateVersion > version) {
    throw new CarryOverError(
      `its state has version ${stateVersion}, and this ${game.name} has ${version}: ` +
        'start the newer game again',
    );
  }
  const layout = layoutOf(game);
  if (stateVersion === version && isSameLayout(saved.kinds, layout)) {
    return { saved, changed: false };
  }
  try {
    return { saved: migrated(game, layout, stateVersion, saved, guard), changed: true };
  } catch (cause) {
    const way =
      stateVersion < version && game.migrate
        ? 'correct its migrate'
        : 'raise its stateVersion and give it migrate, or start the older game again';
    const text = `its state does not fit ${game.name} as it is now: ${messageOf(cause)}: ${way}`;
    throw new CarryOverError(text, { cause });
  }
}

function migrated(
  game: Game,
  layout: readonly KindLayout[],
  stateVersion: number,
  saved: SavedRoom,
  guard: Guard,
): SavedRoom {
  const old = (): OldRoom => ({
    stateVersion,
    state: asWritten(saved.state),
    entities: entitiesByName(saved),
  });
  const isOlder = stateVersion < stateVersionOf(game);
  const given = isOlder && game.migrate ? runMigrate(game.migrate, old, guard) : old();
  if (typeof given?.entities !== 'object') {
    throw new TypeError('migrate must return { state, entities }');
  }
  const names = new Set(layout.map(({ name }) => name));
  for (const [kind, { length }] of Object.entries(given.entities)) {
    if (!names.has(kind) && length > 0) {
      throw new RangeError(`it has no kind ${kind}, and the room has ${length} of it`);
    }
  }
  const numbers = new Numbers(saved.entityIds);
  const entities = layout.map((kind) => rowsOf(kind, given.entities[kind.name] ?? [], numbers));
  const entityIds = numbers.last;
  const result = { ...saved, state: given.state, kinds: layout, entities, entityIds };
  // Throws for a state that could never be written down.
  stateHash(result);
  return result;
}

function runMigrate(
  migrate: NonNullable<Game['migrate']>,
  old: () => OldRoom,
  guard: Guard,
): MigratedRoom<unknown> {
  return untilProven(() => {
    let migrated: MigratedRoom<unknown> | undefined;
    mark(0, 0, 0);
    guard.run(() => {
      migrated = migrate(old());
    });
    return migrated!;
  });
}

function entitiesByName({ kinds, entities }: SavedRoom): Record<string, OldEntity[]> {
  return Object.fromEntries(
    kinds.map(({ name, fields }, table) => [
      name,
      entities[table]!.map(([id, values]) => {
        const entity: OldEntity = { id };
        fields.forEach(([field], i) => {
          entity[field] = values[i];
        });
        return entity;
      }),
    ]),
  );
}

function rowsOf(kind: KindLayout, given: readonly OldEntity[], numbers: Numbers): SavedEntities {
  return given
    .map((entity) => {
      const values = kind.fields.map(([field, type]): FieldValue => {
        const value: unknown = entity[field];
        return value === undefined ? zero[type] : checkedValue(kind.name, field, type, value);
      });
      return [numbers.take(kind.name, entity.id), values] as const;
    })
    .sort(([a], [b]) => a - b);
}

/** The numbers of a room's entities: each is used once. */
class Numbers {
  last: number;
  private readonly lastBefore: number;
  private readonly taken = new Set<number>();

  constructor(last: number) {
    this.last = last;
    this.lastBefore = last;
  }

  take(kind: string, id: number | undefined): number {
    if (id === undefined) return ++this.last;
    if (!Number.isInteger(id) || id < 1 || id > this.lastBefore || this.taken.has(id)) {
      throw new RangeError(`${kind} ${id}: an id must be that of one old entity`);
    }
    this.taken.add(id);
    return id;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
