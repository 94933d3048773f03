// What the running coordinator holds, in a process that may have to take its place: brought back from what
// is written down, and kept up to date. So players wait for the last moments only, and for code that has run.
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import {
  FollowedSessions,
  roomNumbers,
  type SavedSessions,
  StoreError,
  sessionsPath,
  systemDisk,
} from '../store/index.ts';
import { CpuShare } from './cpu-share.ts';
import { FollowedRoom } from './followed-room.ts';
import { Guard } from './guard.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import { Sessions } from './sessions.ts';

/** From the end of one step to the next. */
const STEP_MS = 250;
/** Of a processor, over each second: more would be taken from those who play. */
const SHARE = 1 / 6;
/** What a step begins takes no more; the next goes on from there. */
const STEP_MS_MAX = 1000;
/** So rarely is tried what was of no use, and run what is not to be forgotten. */
const SELDOM_MS = 10_000;
/** No other room is followed where so much of the heap is in use. */
const HEAP_SHARE_MAX = 0.5;

export class Standby {
  private readonly config: Config;
  private readonly games: ReadonlyMap<string, Game>;
  private readonly isWanted: () => boolean;
  private readonly rooms = new Map<number, FollowedRoom>();
  private sessions: FollowedSessions | undefined;
  private rehearseAt = 0;
  private stepping: Promise<void> = Promise.resolve();
  private readonly guard: Guard;
  private readonly share = new CpuShare(SHARE);
  /** Ends a rest early. */
  private wake = (): void => {};
  /** Where the next step begins: the room after this one. */
  private lastRoom = 0;
  /** Rooms that cannot be followed, and when they are tried again. */
  private readonly leftOut = new Map<number, number>();

  /** @param isWanted whether the process is to become something now. */
  constructor(config: Config, games: ReadonlyMap<string, Game>, isWanted: () => boolean) {
    this.config = config;
    this.games = games;
    this.isWanted = isWanted;
    this.guard = new Guard(config.stepMsMax);
  }

  /** Keeps up with what is written down. Resolves when the process is wanted. */
  async follow(): Promise<void> {
    while (!this.isWanted()) {
      await this.step();
      await new Promise<void>((resolve) => {
        setTimeout(resolve, STEP_MS).unref();
      });
    }
  }

  /** Applies what has come since the last time; ends early when the process is wanted. Writes nothing.
   *  Says nothing of what fails: it does so again where somebody is told. */
  step(): Promise<void> {
    this.stepping = this.takeStep();
    return this.stepping;
  }

  /** When the process is wanted: resolves when what was followed can be taken. */
  rest(): Promise<void> {
    this.wake();
    return this.stepping;
  }

  private async takeStep(): Promise<void> {
    const endsAt = performance.now() + STEP_MS_MAX;
    const isOver = (): boolean => this.isWanted() || performance.now() > endsAt;
    if (isOver()) return;
    this.followSessions();
    const numbers = this.numbers();
    this.forgetOthers(new Set(numbers));
    const first = Math.max(
      0,
      numbers.findIndex((room) => room > this.lastRoom),
    );
    for (const room of [...numbers.slice(first), ...numbers.slice(0, first)]) {
      await this.pause();
      if (isOver()) return;
      this.lastRoom = room;
      await this.followRoom(room, isOver);
    }
  }

  /** Lets other work have its turn, and keeps to the share. */
  private async pause(): Promise<void> {
    await setImmediate();
    // What it has waited for processors does not count: its priority is low.
    const { restMs } = this.share;
    if (restMs === 0 || this.isWanted()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.wake = resolve;
    const timer = setTimeout(resolve, restMs);
    await promise;
    clearTimeout(timer);
    this.share.rested();
  }

  /** The room as far as it was followed; whoever takes it goes on with it. */
  takeRoom(room: number): FollowedRoom | undefined {
    const followed = this.rooms.get(room);
    this.rooms.delete(room);
    return followed;
  }

  takeSessions(): FollowedSessions | undefined {
    const { sessions } = this;
    this.sessions = undefined;
    return sessions;
  }

  /** Nobody will take what is left. */
  clear(): void {
    this.rooms.clear();
    this.sessions = undefined;
  }

  private forgetOthers(there: ReadonlySet<number>): void {
    for (const rooms of [this.rooms, this.leftOut]) {
      for (const room of rooms.keys()) if (!there.has(room)) rooms.delete(room);
    }
  }

  private numbers(): number[] {
    try {
      return roomNumbers(systemDisk, this.config.data);
    } catch {
      return [];
    }
  }

  private followSessions(): void {
    const sessions = this.sessions ?? new FollowedSessions(ANSWERS_KEPT);
    this.sessions = undefined;
    try {
      const saved = sessions.read(sessionsPath(this.config.data), systemDisk);
      this.sessions = sessions;
      if (performance.now() < this.rehearseAt) return;
      this.rehearseAt = performance.now() + SELDOM_MS;
      rehearse(this.config, saved);
    } catch {}
  }

  private async followRoom(room: number, isOver: () => boolean): Promise<void> {
    const { config, games, rooms, leftOut, guard } = this;
    if (performance.now() < (leftOut.get(room) ?? 0)) return;
    const known = rooms.get(room);
    rooms.delete(room);
    if (!known && !hasPlace()) return;
    const isNew = !known || known.isOutdated;
    try {
      const followed = isNew ? FollowedRoom.begin(room, config, games, guard) : known;
      if (followed && (await followed.goOn(guard, isOver, () => this.pause()))) {
        rooms.set(room, followed);
        return;
      }
    } catch (error) {
      if (error instanceof StoreError) {
        // A file has gone between two looks: the next step finds another.
        if (known && error.code === 'MISSING') rooms.set(room, known);
        if (!isNew || error.code === 'MISSING') return;
      }
    }
    leftOut.set(room, performance.now() + SELDOM_MS);
  }
}

/** Brings sessions back, for the engine, which compiles what runs again and again. */
function rehearse(config: Config, saved: SavedSessions): void {
  const fence = saved.sessions.reduce((highest, of) => Math.max(highest, of.fence), 0);
  new Sessions({
    config,
    storage: { appendSession: () => {} },
    accounts: {
      ...{ fence, reserve: () => {}, fencesOf: () => new Map() },
      ...{ isKnown: () => false, secret: Buffer.alloc(0) },
    },
    bank: { raise: () => {} },
  }).restore(saved);
}

function hasPlace(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used < HEAP_SHARE_MAX * limit;
}
