// What a room needs from the process that it lives in.
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { EndedRoom } from '../store/index.ts';
import type { Bank } from './bank.ts';
import type { Beat } from './beat.ts';
import type { DiskHealth } from './disk-health.ts';
import type { Guard } from './guard.ts';
import type { Untold } from './recovery.ts';
import type { ReplayGuard } from './replay-guard.ts';
import type { Room } from './room.ts';
import type { LastChanges } from './room-copies.ts';
import type { RoomFiles } from './room-rebuild.ts';
import type { Repeated } from './room-record.ts';
import type { RoomState } from './room-state.ts';
import type { Session } from './session.ts';
import type { SessionRooms } from './session-rooms.ts';
import type { RoomStorage } from './storage.ts';
import type { WorkPool } from './work-pool.ts';

export interface RoomOptions {
  readonly id: number;
  readonly game: Game;
  /** A new room, or one that was recovered. */
  readonly state: RoomState;
  readonly storage: RoomStorage;
  /** The same files, for a state that has to be made again. */
  readonly files: RoomFiles;
  readonly beat: Beat;
  readonly guard: Guard;
  readonly replayGuard: ReplayGuard;
  readonly bank: Pick<Bank, 'handOver' | 'end'>;
  readonly verifyDeterminism?: boolean;
  /** It was written down by other code: the next tick writes it down as it is now. */
  readonly carriedOver?: boolean;
  readonly repeated?: Repeated | undefined;
  /** In a recovered room, what its last batch has changed: perhaps nobody has been told. */
  readonly lastChanges?: LastChanges | undefined;
  /** In a recovered room, who is to be told what. */
  readonly untold?: readonly Untold[];
  /** How often the room is written down whole, in ms. */
  readonly snapshotMs: number;
  /** Writes down which rooms sessions are in. */
  readonly places: Pick<SessionRooms, 'noteJoined' | 'noteLeft'>;
  /** The sessions of the players that are in a recovered room. */
  sessionOf(player: number): Session | undefined;
  /** How many players and bots together are wanted, and where these think; undefined: no bots. */
  readonly bots?: { readonly wanted: number; readonly pool: WorkPool } | undefined;
  /** Commands of one player that may wait; the worker keeps to less. */
  readonly inboxPerPlayerMax: number;
  readonly log: Log;
  readonly health: DiskHealth;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
  /** The game has failed, and the room is over: its files are not to be recovered again.
   *  @returns the folder to which they were moved. */
  failed(room: Room): string;
  /** All that the room of this folder did to accounts is settled. */
  keepQuarantined(folder: string, about: EndedRoom['about']): Promise<void>;
  /** Called once, when the room is over and its players have been told. */
  ended(room: Room): void;
}
