// Brings a room back: from its newest snapshot, or from where this process has followed it.
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Attempt, Recovered } from '../store/index.ts';
import { CarryOverError, carryOver } from './carry-over.ts';
import type { FollowedRoom } from './followed-room.ts';
import { GameHangError, type Guard } from './guard.ts';
import { HangJudge } from './hang-judge.ts';
import { type Replayed, replay, setCulpritAside } from './recovery.ts';
import type { ReplayGuard } from './replay-guard.ts';
import { type Input, RoomState } from './room-state.ts';
import type { Standby } from './standby.ts';
import type { FileStorage, RoomStorage } from './storage.ts';

export interface RoomRecoveryOptions {
  readonly games: ReadonlyMap<string, Game>;
  readonly storage: FileStorage;
  /** What this process has followed. */
  readonly standby: Standby | undefined;
  readonly guard: Guard;
  readonly replayGuard: ReplayGuard;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

/** A room as it was when its process ended. */
export interface RoomBack extends Replayed {
  readonly game: Game;
  readonly state: RoomState;
  readonly storage: RoomStorage;
  /** It was written down by other code. */
  readonly carriedOver: boolean;
  readonly counts: RecoveryCounts;
}

/** What of a room's journal was repeated, and what of it was not whole. */
export interface RecoveryCounts {
  readonly repeated: number;
  readonly droppedBytes: number;
}

/** Where a room is taken up, before what follows is applied. */
interface Beginning extends Pick<RoomBack, 'game' | 'state' | 'storage' | 'carriedOver'> {
  readonly recovered: Pick<Recovered<Input>, 'batches' | 'droppedBytes'>;
  readonly followed?: FollowedRoom;
}

/** @returns `faulty` for a room that is not to be recovered again, `away` for one that stays on disk as it
 *  is, until there is code that it fits.
 *  @throws {StoreError}, and what the game throws. */
export async function recoverRoom(
  room: number,
  options: RoomRecoveryOptions,
): Promise<RoomBack | 'faulty' | 'away'> {
  const { storage } = options;
  const attempt = storage.beginRecovery(room);
  try {
    if (!setCulpritAside(room, attempt, storage, options)) return 'faulty';
    const judge = new HangJudge({ ...options, files: storage.filesOf(room) });
    for (;;) {
      try {
        return await recoverOnce(room, attempt, options);
      } catch (error) {
        if (!(error instanceof GameHangError)) throw error;
        // The next try finds the command refused, or has more time.
        if (judge.judge(error) === 'quarantined') return 'faulty';
      }
    }
  } finally {
    attempt.end();
  }
}

async function recoverOnce(
  room: number,
  attempt: Attempt,
  options: RoomRecoveryOptions,
): Promise<RoomBack | 'away'> {
  const startedAt = performance.now();
  const beginning = whereFollowed(room, attempt, options) ?? (await fromSnapshot(room, options));
  if (!beginning) return 'away';
  const { recovered, followed, ...of } = beginning;
  const { batches, droppedBytes } = recovered;
  let replayed: Replayed;
  try {
    replayed = await replay(of.state, batches, attempt, options.replayGuard);
  } catch (error) {
    await of.storage.close();
    throw error;
  }
  const repeated = followed ? followed.repeatedWith(replayed) : replayed.repeated;
  const counts = { repeated: batches.length, droppedBytes };
  const ms = Math.round(performance.now() - startedAt);
  const { tick } = of.state.room;
  const fields = {
    room,
    game: of.game.name,
    tick,
    followed: followed !== undefined,
    ms,
    ...counts,
  };
  if (replayed.ended === undefined) options.log.debug(fields, 'room recovered');
  return { ...of, ...replayed, repeated, counts };
}

/** @returns undefined where the room is to be recovered from its snapshot, also where something is wrong:
 *  that shows there again. */
function whereFollowed(
  room: number,
  attempt: Attempt,
  { storage, standby }: RoomRecoveryOptions,
): Beginning | undefined {
  const followed = standby?.takeRoom(room);
  // A recovery that has ended its process is looked at from the beginning.
  if (!followed || attempt.previous) return undefined;
  try {
    const found = storage.recoverSince(room, followed.known);
    const { game, state } = followed;
    return found && { ...found, game, state, carriedOver: false, followed };
  } catch {
    return undefined;
  }
}

async function fromSnapshot(
  room: number,
  { storage, games, guard, log }: RoomRecoveryOptions,
): Promise<Beginning | undefined> {
  const { storage: journal, recovered } = storage.recoverRoom(room);
  const { snapshot } = recovered;
  const game = games.get(snapshot.game);
  const carried = carriedOver(game, room, recovered, guard, log);
  if (!game || !carried) {
    await journal.close();
    return undefined;
  }
  const { saved, changed } = carried;
  const state = RoomState.restore(game, { id: room, saved, changedTick: snapshot.changedTick });
  return { game, state, storage: journal, carriedOver: changed, recovered };
}

/** @returns undefined for a room that stays away. */
function carriedOver(
  game: Game | undefined,
  room: number,
  { snapshot, batches, damaged }: Recovered<Input>,
  guard: Guard,
  log: Log,
): ReturnType<typeof carryOver> | undefined {
  const of = { room, game: snapshot.game, tick: snapshot.tick };
  if (!game) {
    log.warn(of, 'a room of a game that is not loaded stays away');
    return undefined;
  }
  for (const err of damaged)
    log.error({ ...of, err }, 'a snapshot is damaged: an older one is taken');
  try {
    const carried = carryOver(game, snapshot, guard);
    if (!carried.changed) return carried;
    log.info({ ...of, from: snapshot.stateVersion }, 'a room was carried over to newer code');
    if (batches.length === 0) return carried;
    const text = 'the last ticks of a room ran under other code: they are repeated under this';
    log.warn({ ...of, ticks: batches.length }, text);
    return carried;
  } catch (err) {
    if (!(err instanceof CarryOverError)) throw err;
    log.error({ ...of, err }, `a room stays away: ${err.message}`);
    return undefined;
  }
}
