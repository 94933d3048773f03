// A room that another process runs, as this one has applied what was written down of it.
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import { beginToFollow, followOn, type KnownRoom, roomFolder, systemDisk } from '../store/index.ts';
import { carryOver } from './carry-over.ts';
import { type Guard, mark } from './guard.ts';
import { inGuardedTurns } from './guarded-turns.ts';
import { inputCodec } from './input-codec.ts';
import type { Input } from './inputs.ts';
import type { Replayed } from './recovery.ts';
import type { Repeated } from './room-record.ts';
import { RoomState } from './room-state.ts';

/** The room is taken from a newer snapshot after this time: this process may have newer code than the one
 *  that runs it, and is to repeat no more under that than a recovery would. */
const ANEW_MS = 10_000;
/** How long it keeps other work waiting. */
const TURN_MS = 5;

export class FollowedRoom {
  readonly game: Game;
  readonly state: RoomState;
  private readonly folder: string;
  private readonly setAside: number;
  /** The tick of the snapshot that it was taken from, and of the newest one. */
  private readonly firstTick: number;
  private newestTick: number;
  private readonly begunAt = performance.now();
  private readonly firstNow: number;
  private ms = 0;

  private constructor(folder: string, game: Game, state: RoomState, setAside: number) {
    this.folder = folder;
    this.game = game;
    this.state = state;
    this.setAside = setAside;
    this.firstTick = this.newestTick = state.room.tick;
    this.firstNow = state.room.now;
  }

  /** Takes the room from its newest snapshot.
   *  @returns undefined for one that this process would not go on with as it is.
   *  @throws {StoreError} */
  static begin(
    room: number,
    { data }: Config,
    games: ReadonlyMap<string, Game>,
    guard: Guard,
  ): FollowedRoom | undefined {
    const folder = roomFolder(data, room);
    const { snapshot, known } = beginToFollow(systemDisk, folder);
    const game = games.get(snapshot.game);
    const carried = game && carryOver(game, snapshot, guard);
    // The journal is for the code that wrote it.
    if (!game || carried?.changed !== false) return undefined;
    const { changedTick } = snapshot;
    const state = RoomState.restore(game, { id: room, saved: carried.saved, changedTick });
    return new FollowedRoom(folder, game, state, known.setAside);
  }

  /** Whether to begin anew. */
  get isOutdated(): boolean {
    return this.newestTick > this.firstTick && performance.now() - this.begunAt > ANEW_MS;
  }

  get known(): KnownRoom {
    return { tick: this.state.room.tick, setAside: this.setAside };
  }

  /** What was applied since the snapshot, before and while players waited. */
  repeatedWith({ repeated }: Pick<Replayed, 'repeated'>): Repeated {
    const ms = this.ms + (repeated?.ms ?? 0);
    return { roomMs: this.state.room.now - this.firstNow, ms };
  }

  /** Applies what has come since.
   *  @param isOver whether there is no time for more: the rest is for the next time.
   *  @param rest waited for between two turns.
   *  @returns whether the room can be followed on from here.
   *  @throws {StoreError}, and what the game throws: it cannot. */
  async goOn(guard: Guard, isOver: () => boolean, rest: () => Promise<void>): Promise<boolean> {
    const since = followOn(systemDisk, this.folder, inputCodec, this.known);
    if (!since) return false;
    this.newestTick = since.snapshotTick;
    let isWhole = true;
    await inGuardedTurns(since.batches, {
      guard,
      turnMs: TURN_MS,
      each: ({ now, inputs }) => {
        if (isOver()) return false;
        // The process that takes the room over tells the sender.
        isWhole = inputs.every(({ kind }) => kind !== 'refused') && this.apply(now, inputs);
        return isWhole;
      },
      rested: async () => {
        await rest();
        return true;
      },
    });
    return isWhole;
  }

  /** @returns whether the room goes on after that. */
  private apply(now: number, inputs: readonly Input[]): boolean {
    // A hang in a standby is no fault of the process that runs the room.
    mark(0, 0, 0);
    this.state.dropChanges();
    const startedAt = performance.now();
    const { ended } = this.state.apply(now, inputs);
    this.ms += performance.now() - startedAt;
    return ended === undefined;
  }
}
