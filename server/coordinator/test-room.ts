// A room with fake workers around it, in time that the test moves.
import type { Game } from '../games/index.ts';
import { createLog, ProcessMetrics } from '../observe/index.ts';
import { Beat } from './beat.ts';
import { DiskHealth } from './disk-health.ts';
import type { FakeLink } from './fake-link.ts';
import { pass } from './fake-time.ts';
import { Guard } from './guard.ts';
import { ReplayGuard } from './replay-guard.ts';
import { Room } from './room.ts';
import type { RoomOptions } from './room-options.ts';
import { RoomState } from './room-state.ts';
import { Session } from './session.ts';
import type { RoomStorage } from './storage.ts';
import { FakeBank } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { forgetfulRoom, noFiles } from './test-storage.ts';

/** Longer than a tick and a step of the beat's grid, shorter than two ticks. */
export const TICK_MS = 55;

export const metrics = new ProcessMetrics('coordinator');
export const log = createLog({ role: 'coordinator', level: 'fatal', write: () => {} });

/** No test of theirs may take long. */
export const guard = new Guard(500);
export const replayGuard = new ReplayGuard(guard, 2000);

export class TestRoom {
  readonly room: Room;
  readonly bank = new FakeBank();
  /** Rooms that said that they are over. */
  readonly over: Room[] = [];
  readonly diskFailures: unknown[] = [];
  readonly health = new DiskHealth();
  private lastSession = 0;

  constructor(
    game: Game = tally,
    inboxPerPlayerMax = 4,
    storage: RoomStorage = forgetfulRoom,
    changes: Partial<RoomOptions> = {},
  ) {
    this.room = new Room({
      id: 7,
      game,
      state: new RoomState(game, { id: 7, seed: 1, now: Date.now() }),
      storage,
      files: noFiles,
      beat: new Beat(guard),
      guard,
      replayGuard,
      bank: this.bank,
      snapshotMs: 10_000,
      places: { noteJoined: () => {}, noteLeft: () => {} },
      sessionOf: () => undefined,
      diskFailed: (error) => this.diskFailures.push(error),
      failed: () => '',
      keepQuarantined: async () => {},
      inboxPerPlayerMax,
      health: this.health,
      log,
      metrics,
      ended: (room) => this.over.push(room),
      ...changes,
    });
  }

  /** A session on `link`, with a connection of the same number. */
  session(link: FakeLink | undefined): Session {
    const id = ++this.lastSession;
    const session = new Session({
      ...{ id, token: `token ${id}`, name: `player ${id}` },
      ...{ account: `account ${id}`, accountKey: `key ${id}`, fence: id },
    });
    session.link = link;
    session.connection = id;
    return session;
  }

  /** A session that the room has taken in. */
  joined(link: FakeLink): Session {
    const session = this.session(link);
    this.room.join(session, null);
    this.step();
    link.take();
    return session;
  }

  /** Lets the room take its next batch. */
  step(): void {
    pass(TICK_MS);
  }

  add(session: Session, seq: number, by = 1, call = false): void {
    this.send(session, seq, 'add', { by }, call);
  }

  send(session: Session, seq: number, name: string, args: unknown = {}, call = false): void {
    const { connection } = session;
    this.room.members.command(session, {
      type: 'command',
      connection,
      room: this.room.id,
      seq,
      name,
      args,
      call,
    });
  }

  /** As `Sessions` does when a connection is lost. */
  detach(session: Session): void {
    const { link } = session;
    session.link = undefined;
    this.room.members.detach(session, link!);
  }

  attach(session: Session, link: FakeLink, connection = session.connection): void {
    session.link = link;
    session.connection = connection;
    this.room.members.attach(session);
  }
}
