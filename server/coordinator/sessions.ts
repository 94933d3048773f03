// All sessions: begins them, resumes them by their token, forgets those nobody came back for.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { LOBBY } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { SavedSessions, WaitChange } from '../store/index.ts';
import type { Answer, SavedLedger } from './ledger.ts';
import { Session, type WorkerLink } from './session.ts';
import type { Storage } from './storage.ts';

type SavedAnswers = SavedLedger['answers'];

export class Sessions {
  private readonly config: Config;
  private readonly storage: Storage;
  private readonly byToken = new Map<string, Session>();
  private readonly byNumber = new Map<number, Session>();
  /** Those whose connection is lost, the longest lost first. */
  private readonly detached = new Set<Session>();
  private lastId = 0;

  constructor(config: Config, storage: Storage) {
    this.config = config;
    this.storage = storage;
  }

  /** Brings back the sessions of an earlier process; they wait to be resumed. */
  restore({ sessions, lastSession }: SavedSessions): void {
    this.lastId = lastSession;
    const detachedAt = performance.now();
    for (const { id, token, name, lobby } of sessions) {
      const session = new Session(id, token, name);
      const answers = lobby.answers.filter(([, answer]) => answer !== null);
      session.lobby.restore({ applied: lobby.applied, answers: answers as SavedAnswers });
      session.detachedAt = detachedAt;
      this.add(session);
      this.detached.add(session);
    }
  }

  get size(): number {
    return this.byToken.size;
  }

  find(token: string): Session | undefined {
    return this.byToken.get(token);
  }

  byId(id: number): Session | undefined {
    return this.byNumber.get(id);
  }

  /** @returns undefined where there is no place for another.
   *  @throws {StoreError} where it cannot be written down. */
  begin(name: string): Session | undefined {
    if (this.byToken.size >= this.config.sessionsMax) return undefined;
    const session = new Session(this.lastId + 1, randomBytes(16).toString('base64url'), name);
    const { id, token } = session;
    this.storage.appendSession({ kind: 'begin', session: id, token, name });
    this.lastId = id;
    this.add(session);
    return session;
  }

  /** The number of a new room is used up, even when nothing else is left of it.
   *  @throws {StoreError} */
  noteRoom(room: number): void {
    this.storage.appendSession({ kind: 'numbers', session: this.lastId, room });
  }

  /** The lobby has applied `seq`. @param answer null for what can be asked again.
   *  @param wait what it has changed of who waits for a match.
   *  @throws {StoreError} */
  noteLobby({ id: session }: Session, seq: number, answer: Answer | null, wait?: WaitChange): void {
    this.storage.appendSession({ kind: 'lobby', session, seq, answer, wait });
  }

  /** Who waits for a match has changed, and no command of the lobby has done it.
   *  @throws {StoreError} */
  noteWait(session: number, wait: WaitChange): void {
    this.storage.appendSession({ kind: 'wait', session, wait });
  }

  /** @param continued the client has seen nothing of an interruption, and is to see none. */
  attach(session: Session, link: WorkerLink, connection: number, continued = false): void {
    this.detached.delete(session);
    session.link = link;
    session.connection = connection;
    session.lobbyGap.close();
    if (continued) {
      const seq = session.lobby.applied;
      link.send({ type: 'resumed', connection, room: LOBBY, seq });
    }
    for (const room of session.rooms.values()) room.attach(session, continued);
  }

  /** The connection no longer speaks for the session, which waits to be resumed. */
  detach(session: Session): void {
    const { link } = session;
    if (!link) return;
    session.link = undefined;
    session.detachedAt = performance.now();
    this.detached.add(session);
    for (const room of session.rooms.values()) room.detach(session, link);
  }

  /** The session is over: it leaves its rooms, and its token is worth nothing. */
  end(session: Session): void {
    this.detach(session);
    for (const room of [...session.rooms.values()]) {
      room.leave(session, 'LEFT', 'The session has ended.');
    }
    this.detached.delete(session);
    this.byToken.delete(session.token);
    this.byNumber.delete(session.id);
    try {
      this.storage.appendSession({ kind: 'end', session: session.id });
    } catch {
      // It comes back with the next process, and expires there.
    }
  }

  /** Ends the sessions that have waited too long. Called several times a second. */
  beat(): void {
    const now = performance.now();
    for (const session of this.detached) {
      if (now - session.detachedAt < this.config.resumeMs) return;
      this.end(session);
    }
  }

  private add(session: Session): void {
    this.byToken.set(session.token, session);
    this.byNumber.set(session.id, session);
  }
}
