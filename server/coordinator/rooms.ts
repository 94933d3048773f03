// All rooms: opens them, finds one with place, ends those that stay empty, brings back earlier ones.
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { ErrorCode } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { StoreError } from '../store/index.ts';
import type { Bank } from './bank.ts';
import { Beat } from './beat.ts';
import type { ClientLimits, Limited } from './client-limits.ts';
import { endedRoom } from './ended-room.ts';
import { GameHangError, Guard, mark } from './guard.ts';
import { untilProven } from './hang-proof.ts';
import { MissingRooms } from './missing-rooms.ts';
import { prepareInPool } from './preparation.ts';
import { ReplayGuard } from './replay-guard.ts';
import { Room } from './room.ts';
import { failureText } from './room-failures.ts';
import { type Opened, RoomOpeners } from './room-openers.ts';
import type { RoomOptions } from './room-options.ts';
import { type RecoveryCounts, recoverRoom } from './room-recovery.ts';
import { snapshotOf } from './room-snapshot.ts';
import { RoomState } from './room-state.ts';
import type { Sessions } from './sessions.ts';
import type { Standby } from './standby.ts';
import { checkState } from './state-check.ts';
import type { FileStorage, RoomStorage, Storage } from './storage.ts';
import type { WorkPool } from './work-pool.ts';

/** A room, or why there is none. */
export type Found = Room | ErrorCode;

export interface RoomsOptions {
  readonly games: ReadonlyMap<string, Game>;
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
  readonly storage: Storage;
  readonly sessions: Sessions;
  readonly pool: WorkPool;
  readonly bank: Pick<Bank, 'handOver' | 'end'>;
  readonly limits: Pick<ClientLimits, 'reached'>;
  /** The disk has not taken what was written: the content of the disk is unknown. */
  diskFailed(error: unknown): void;
}

/** An empty room makes place for another one after this time, in which the session that opened it can join. */
const EMPTY_GRACE_MS = 5000;

export class Rooms implements Iterable<Room> {
  readonly games: ReadonlyMap<string, Game>;
  private readonly rooms = new Map<number, Room>();
  private readonly options: RoomsOptions;
  /** The lobby is 0. */
  private lastId = 0;
  /** How many rooms are being opened. */
  private opening = 0;
  /** Of each game the last of them. */
  private readonly openings = new Map<string, Promise<Found>>();
  /** Those that are being written down. */
  private readonly creating = new Set<Promise<RoomStorage>>();
  private readonly openers: RoomOpeners;
  private isClosed = false;
  private readonly guard: Guard;
  private readonly replayGuard: ReplayGuard;
  private readonly stepping: Beat;
  private readonly missing: MissingRooms;

  constructor(options: RoomsOptions) {
    this.options = options;
    this.games = options.games;
    this.openers = new RoomOpeners(options.config);
    const { stepMsMax, hangMs } = options.config;
    this.guard = new Guard(stepMsMax);
    this.replayGuard = new ReplayGuard(this.guard, hangMs);
    this.stepping = new Beat(this.guard);
    this.missing = new MissingRooms(options.sessions);
  }

  get size(): number {
    return this.rooms.size;
  }

  /** The highest number that a room has, whether it is still there, being opened or not. */
  get newest(): number {
    return this.lastId;
  }

  [Symbol.iterator](): Iterator<Room> {
    return this.rooms.values();
  }

  byId(id: number): Found {
    return this.rooms.get(id) ?? 'UNKNOWN_ROOM';
  }

  /** The fullest room of the game that still has place, so that players meet; else the one that is
   *  being opened, or a new one, which counts for `opener`. It may be full once it is there: ask again. */
  withPlace(gameName: string, opener?: Limited): Found | Promise<Found> {
    if (this.games.get(gameName)?.match) return 'MATCH_ONLY';
    let best: Room | undefined;
    for (const room of this.rooms.values()) {
      if (room.game.name !== gameName || room.isFull) continue;
      if (!best || room.players > best.players) best = room;
    }
    return best ?? this.openings.get(gameName) ?? this.open(gameName, opener);
  }

  /** A new room, which is announced when the disk has it. It is never there where this process
   *  ends before: the next one is asked again.
   *  @param opener for whose quota it counts. */
  open(gameName: string, opener?: Limited): ErrorCode | Promise<Found> {
    const game = this.games.get(gameName);
    if (!game) return 'UNKNOWN_GAME';
    const refusal = this.refusalOf(opener);
    if (refusal) return refusal;
    this.opening++;
    const opened = opener && this.openers.add(opener);
    const opening = this.begin(game, opened).finally(() => {
      // Before those who wait look for a place again.
      if (this.openings.get(gameName) === opening) this.openings.delete(gameName);
    });
    this.openings.set(gameName, opening);
    return opening;
  }

  /** Where there are as many rooms as may be, the one that has been empty longest ends.
   *  @returns why there is no place for another room. */
  private refusalOf(opener: Limited | undefined): ErrorCode | undefined {
    const ofQuota = opener && this.openers.quotaOf(opener);
    if (ofQuota && !this.endEmpty(ofQuota.map(({ room }) => room))) {
      this.options.limits.reached('rooms', opener);
      return 'ROOM_QUOTA';
    }
    if (this.rooms.size + this.opening < this.options.config.roomsMax) return undefined;
    return this.endEmpty(this.rooms.values()) ? undefined : 'ROOMS_LIMIT';
  }

  /** @returns whether one of the rooms was empty for long enough, and has ended. */
  private endEmpty(rooms: Iterable<Room | undefined>): boolean {
    let longest: Room | undefined;
    let since = performance.now() - EMPTY_GRACE_MS;
    for (const room of rooms) {
      if (room?.emptySince === undefined || room.emptySince > since) continue;
      longest = room;
      since = room.emptySince;
    }
    longest?.end('ROOM_ENDED', 'The room was empty, and another one needed its place.');
    return longest !== undefined;
  }

  private async begin(game: Game, opened: Opened | undefined): Promise<Found> {
    const { log, metrics } = this.options;
    const calls = { hook: 'prepare' };
    const [written] = await Promise.allSettled([this.writeDown(game, calls)]);
    if (this.isClosed) return new Promise(() => {});
    // In the turn in which it is there: it counts once against the limit.
    this.opening--;
    try {
      if (written.status === 'rejected') throw written.reason;
      const room = this.take(game, ...written.value);
      if (opened) opened.room = room;
      log.debug({ room: room.id, game: game.name }, 'room opened');
      return room;
    } catch (error) {
      if (opened) this.openers.forget(opened);
      const of = { err: error, game: game.name };
      if (error instanceof StoreError) {
        this.options.storage.health.failed('room', error);
        log.error(of, 'a room cannot be written down');
        return 'ROOM_NOT_STORED';
      }
      if (error instanceof GameHangError) metrics.count('gameHangs', 1, { outcome: 'refused' });
      else metrics.count('gameErrors');
      log.error(of, failureText(game.name, calls.hook, error, 'no room was opened'));
      return 'GAME_ERROR';
    }
  }

  /** @param calls is told the hook of the game that is called.
   *  @throws {StoreError} {StateError} and what the game throws. */
  private async writeDown(game: Game, calls: { hook: string }): Promise<[RoomState, RoomStorage]> {
    const { pool, sessions, storage } = this.options;
    const seed = randomInt(-0x8000_0000, 0x8000_0000);
    const prepared = game.prepare && (await prepareInPool(game, seed, pool));
    if (this.isClosed) return new Promise(() => {});
    calls.hook = 'create';
    const id = this.lastId + 1;
    const state = this.newState(game, { id, seed, now: Date.now(), prepared });
    sessions.noteRoom(id);
    // Used up, whatever comes of it: others are opened meanwhile.
    this.lastId = id;
    checkState(state);
    const creating = storage.createRoom(id, snapshotOf(game, state));
    this.creating.add(creating);
    return [state, await creating.finally(() => this.creating.delete(creating))];
  }

  /** @throws {GameHangError}, and what the game throws. */
  private newState(game: Game, options: ConstructorParameters<typeof RoomState>[1]): RoomState {
    return untilProven(() => {
      let state: RoomState | undefined;
      // It has no files yet.
      mark(0, 0, 0);
      this.guard.run(() => {
        state = new RoomState(game, options);
      });
      return state!;
    });
  }

  /** Brings back the rooms that an earlier process has written down.
   *  @param standby what this process has followed of them.
   *  @throws {StoreError} where something has to be mended first. */
  async recover(storage: FileStorage, standby?: Standby): Promise<void> {
    // What the accounts know of a room must not be of another.
    this.lastId = Math.max(storage.saved.lastRoom, storage.accounts.lastRoom);
    const startedAt = performance.now();
    const sum = { rooms: 0, repeated: 0, droppedBytes: 0 };
    for (const id of storage.rooms()) {
      this.lastId = Math.max(this.lastId, id);
      const of = await this.bringBack(id, storage, standby);
      if (!of) continue;
      sum.rooms++;
      sum.repeated += of.repeated;
      sum.droppedBytes += of.droppedBytes;
    }
    this.missing.tell();
    if (sum.rooms === 0) return;
    const ms = Math.round(performance.now() - startedAt);
    this.options.log.info({ ...sum, ms }, 'rooms recovered');
  }

  /** Called several times a second. */
  beat(): void {
    const now = performance.now();
    const { config, log } = this.options;
    for (const room of [...this.rooms.values()]) {
      room.beat();
      if (room.emptySince === undefined) continue;
      // Nobody can come into a room of a match later.
      if (!room.game.match && now - room.emptySince < config.roomEmptyMs) continue;
      room.end('ROOM_ENDED', 'The room had no player for a while.');
      log.debug({ room: room.id, game: room.game.name }, 'empty room ended');
    }
  }

  /** Stops every room, to be brought back by a later process, which may begin when this resolves. */
  async finish(): Promise<void> {
    this.isClosed = true;
    const finished = [...this.rooms.values()].map((room) => room.finish());
    // Nobody has been told of these.
    const dropped = [...this.creating].map(async (room) => (await room).remove());
    await Promise.all([...finished, Promise.allSettled(dropped)]);
  }

  /** After `finish`: lets go of their files, when the disk has them. */
  async close(): Promise<void> {
    await Promise.all([...this.rooms.values()].map((room) => room.close()));
  }

  /** @returns how much of the room's journal was repeated; undefined where the room is not there. */
  private async bringBack(
    id: number,
    storage: FileStorage,
    standby?: Standby,
  ): Promise<RecoveryCounts | undefined> {
    let counts: RecoveryCounts | undefined;
    const { guard, replayGuard } = this;
    try {
      const back = await recoverRoom(id, { ...this.options, storage, standby, guard, replayGuard });
      if (back === 'faulty') this.giveUp(id, storage, 'failed');
      else if (back === 'away') this.missing.add(id, 'away', storage);
      else {
        const { game, state, storage: journal, ended, ...of } = back;
        // Its process died between the last tick and the removal of the files.
        if (ended !== undefined) {
          // Of a match that was called off no player has been told that it was in.
          const players = state.isCalledOff ? [] : state.room.players.keys();
          this.missing.addEnded(id, ended, players);
          await this.removeEnded(game, state, journal, ended);
        } else {
          this.take(game, state, journal, of);
          counts = of.counts;
        }
      }
    } catch (error) {
      if (error instanceof StoreError && error.code !== 'CORRUPT') throw error;
      this.options.log.error({ err: error, room: id }, 'a room cannot be recovered');
      this.giveUp(id, storage, error instanceof StoreError ? 'unreadable' : 'failed');
    }
    await setImmediate();
    return counts;
  }

  /** What it has done to accounts is settled first, however long the disk takes for that. */
  private async removeEnded(
    game: Game,
    state: RoomState,
    journal: RoomStorage,
    reason: string,
  ): Promise<void> {
    const { bank, log } = this.options;
    const { id } = state.room;
    const { effects, effectsSeen: seen } = state;
    const players = [...state.room.players.values()].map(({ name }) => name);
    const visitors = { players, morePlayers: 0 };
    const ended = endedRoom({ game, state, isWhole: true, code: 'ROOM_ENDED', reason, visitors });
    const remove = () => journal.remove(ended).then(() => bank.end(id));
    if (effects.length === 0) await remove();
    else {
      bank
        .handOver({ id, settled: () => {} }, seen, effects)
        .then(remove)
        .catch((err) => log.error({ err, room: id }, 'the files of an ended room stay'));
    }
  }

  /** A room that cannot be recovered: its players are told when their connections come back. */
  private giveUp(id: number, storage: FileStorage, why: 'failed' | 'unreadable'): void {
    this.missing.add(id, why, storage);
    this.quarantine(id);
  }

  /** The room is not recovered again; its files stay, for people to look at. */
  private quarantine(id: number): string {
    const { log, metrics, storage } = this.options;
    const folder = storage.quarantine(id);
    metrics.count('roomsQuarantined');
    log.error({ room: id, folder }, 'a room was quarantined');
    return folder;
  }

  private take(
    game: Game,
    state: RoomState,
    storage: RoomStorage,
    recovered: Pick<RoomOptions, 'carriedOver' | 'repeated' | 'lastChanges' | 'untold'> = {},
  ): Room {
    const { config, log, metrics, sessions, pool, bank } = this.options;
    const { id } = state.room;
    const room = new Room({
      id,
      game,
      state,
      storage,
      bank,
      ...recovered,
      files: this.options.storage.filesOf(id),
      beat: this.stepping,
      guard: this.guard,
      replayGuard: this.replayGuard,
      verifyDeterminism: config.verifyDeterminism,
      bots: config.bots > 0 ? { wanted: config.bots, pool } : undefined,
      snapshotMs: config.snapshotMs,
      places: sessions.places,
      sessionOf: (player) => sessions.byId(player),
      inboxPerPlayerMax: config.inFlightMax,
      log,
      metrics,
      health: this.options.storage.health,
      diskFailed: (error) => this.options.diskFailed(error),
      failed: (of) => this.quarantine(of.id),
      keepQuarantined: (...of) => this.options.storage.keepQuarantined(...of),
      ended: (over) => {
        this.rooms.delete(over.id);
        this.openers.forgetRoom(over);
      },
    });
    this.rooms.set(id, room);
    return room;
  }
}
