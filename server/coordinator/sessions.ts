// All sessions: begins them, resumes them by their token, forgets those nobody came back for.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Config } from '../config.ts';
import { Session, type WorkerLink } from './session.ts';

export class Sessions {
  private readonly config: Config;
  private readonly byToken = new Map<string, Session>();
  /** Those whose connection is lost, the longest lost first. */
  private readonly detached = new Set<Session>();
  private lastId = 0;

  constructor(config: Config) {
    this.config = config;
  }

  get size(): number {
    return this.byToken.size;
  }

  find(token: string): Session | undefined {
    return this.byToken.get(token);
  }

  /** @returns undefined where there is no place for another. */
  begin(name: string): Session | undefined {
    if (this.byToken.size >= this.config.sessionsMax) return undefined;
    const session = new Session(++this.lastId, randomBytes(16).toString('base64url'), name);
    this.byToken.set(session.token, session);
    return session;
  }

  attach(session: Session, link: WorkerLink, connection: number): void {
    this.detached.delete(session);
    session.link = link;
    session.connection = connection;
    session.lobbyGap.close();
    for (const room of session.rooms.values()) room.attach(session);
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
  }

  /** Ends the sessions that have waited too long. Called several times a second. */
  beat(): void {
    const now = performance.now();
    for (const session of this.detached) {
      if (now - session.detachedAt < this.config.resumeMs) return;
      this.end(session);
    }
  }
}
