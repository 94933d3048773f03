// Sessions that have only said hello: they have nothing to lose, so they end first where place is
// wanted, and soon after their connection is gone.
import type { Session } from './session.ts';

/** A client that has just said hello is about to ask for more. */
export const GRACE_MS = 2000;

/** Invariant: a session that is in neither set has done more than say hello, or has ended. A session
 *  that has done more since, as one that gets its room back in a recovery, is removed when it is met. */
export class Strangers {
  /** The longest connected first. */
  private readonly attached = new Set<Session>();
  /** The longest gone first. */
  private readonly detached = new Set<Session>();

  noteAttached(session: Session): void {
    this.detached.delete(session);
    if (session.hasOnlySaidHello) this.attached.add(session);
  }

  noteDetached(session: Session): void {
    this.attached.delete(session);
    if (session.hasOnlySaidHello) this.detached.add(session);
  }

  noteEnded(session: Session): void {
    this.attached.delete(session);
    this.detached.delete(session);
  }

  /** Those whose connection was lost before this time, the longest lost first. */
  *lostBefore(time: number): Iterable<Session> {
    for (const session of this.detached) {
      if (!session.hasOnlySaidHello) this.detached.delete(session);
      else if (session.detachedAt > time) return;
      else yield session;
    }
  }

  /** @returns the session that makes place first: one without a connection before one with. */
  first(now: number): Session | undefined {
    const [gone] = this.lostBefore(now);
    if (gone) return gone;
    for (const session of this.attached) {
      if (!session.hasOnlySaidHello) this.attached.delete(session);
      else return isDispensable(session, now) ? session : undefined;
    }
    return undefined;
  }

  /** The same among few sessions. */
  firstOf(sessions: Iterable<Session>, now: number): Session | undefined {
    let found: Session | undefined;
    for (const session of sessions) {
      if (!session.hasOnlySaidHello) continue;
      if (this.detached.has(session)) return session;
      if (isDispensable(session, now)) found ??= session;
    }
    return found;
  }
}

const isDispensable = ({ attachedAt }: Session, now: number): boolean =>
  now - attachedAt >= GRACE_MS;
