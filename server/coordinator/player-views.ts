// What the players of a room see: the surroundings of their avatars, or what the game says.
import { type Entity, type Look, type Player, shown } from '../games/index.ts';
import type { Sight } from '../link/index.ts';
import type { Gaze, PlayerRecord } from './player-record.ts';
import type { Undoable, UndoLog } from './undo-log.ts';

export interface PlayerViewsParts {
  readonly players: ReadonlyMap<number, PlayerRecord>;
  /** Whether the game has a world: everyone sees all of a room that has none. */
  readonly hasWorld: boolean;
  readonly undo: UndoLog;
  /** @returns the room's entity of this number. */
  entity(id: number): Entity | undefined;
}

const NO_CHANGES: readonly number[] = [];

export class PlayerViews implements Undoable {
  private readonly parts: PlayerViewsParts;
  private hasChanged = false;

  constructor(parts: PlayerViewsParts) {
    this.parts = parts;
  }

  /** @throws {RangeError} for something that is no entity of the room now. */
  setAvatar(player: Player, entity: Entity | null | undefined): void {
    if (entity != null && typeof entity !== 'object') {
      throw new TypeError(
        `an avatar is an entity, but got ${shown(entity)}: return what room.entities.….add returns, not its id`,
      );
    }
    if (entity && this.parts.entity(entity.id) !== entity) {
      throw new RangeError(
        `the avatar of player ${player.id} must be an entity that is in the room now: ` +
          'one that `add` has returned and that was not removed',
      );
    }
    const record = this.parts.players.get(player.id);
    if (!record) return;
    this.note(record);
    record.setAvatar(entity ?? undefined);
  }

  /** @throws {RangeError} where the game has no world, and for a look that does not exist. */
  look(player: Player, look: Look): void {
    if (!this.parts.hasWorld) {
      throw new RangeError('`look` needs a game with `world`: without it everyone sees everything');
    }
    const sight = sightOf(look);
    const record = this.parts.players.get(player.id);
    if (!record) return;
    this.note(record);
    record.looks = sight;
  }

  undo(record: unknown, _what: number, before: unknown): void {
    (record as PlayerRecord).gaze = before as Gaze;
  }

  describe(record: unknown): string {
    return `the view of player ${(record as PlayerRecord).id}`;
  }

  private note(record: PlayerRecord): void {
    const { undo } = this.parts;
    if (undo.isOpen) undo.note(this, record, 0, record.gaze, 0);
  }

  /** Called after each batch.
   *  @returns the players whose view the batch has changed. */
  settle(tick: number): readonly number[] {
    let changed: number[] | undefined;
    for (const player of this.parts.players.values()) {
      if (!player.settleView(tick)) continue;
      if (changed) changed.push(player.id);
      else changed = [player.id];
    }
    if (!changed) return NO_CHANGES;
    this.hasChanged = true;
    return changed;
  }

  /** @returns whether a view has changed since the last call. */
  takeChanged(): boolean {
    const { hasChanged } = this;
    this.hasChanged = false;
    return hasChanged;
  }
}

function sightOf(look: Look): Sight | undefined {
  if (look === 'all' || look === 'nothing') return look;
  if (look === 'last') return undefined;
  const { x, y } = look ?? {};
  if (Number.isFinite(x) && Number.isFinite(y)) return [x + 0, y + 0];
  throw new RangeError("a look is 'all', 'nothing', 'last', or {x, y} with finite numbers");
}
