// A room as snapshots hold it.
import type { SavedEntities } from './entity-table.ts';
import type { KindLayout } from './kind-layout.ts';
import type { SavedOutbox } from './outbox.ts';
import type { SavedPlayer } from './player-record.ts';

/** All that a room remembers: a plain value, the same after it was written and read as msgpack. */
export interface SavedRoom {
  readonly tick: number;
  readonly now: number;
  readonly entityIds: number;
  readonly random: readonly number[];
  readonly state: unknown;
  readonly kinds: readonly KindLayout[];
  /** In the order of `kinds`. */
  readonly entities: readonly SavedEntities[];
  readonly players: readonly SavedPlayer[];
  /** Not there in a room that has never had an effect. */
  readonly outbox?: SavedOutbox;
}
