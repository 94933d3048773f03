// The rooms that a session is in, as its file knows them, and the reasons why it is in some no longer:
// kept until its client comes back and is told.
import { type ErrorCode, sentence } from '../../protocol/index.ts';
import { type LeftReason, REASONS_MAX, type SessionEvent, StoreError } from '../store/index.ts';
import type { Session } from './session.ts';

export interface SessionRoomsOptions {
  /** @throws {StoreError} */
  appendSession(event: SessionEvent): void;
}

export const reasonOf = (code: ErrorCode, text = sentence(code)): LeftReason => ({ code, text });

/** What cannot be written down is only missing after a fault of the coordinator: a client is then told that
 *  its room is lost, and not why. */
export class SessionRooms {
  private readonly options: SessionRoomsOptions;

  constructor(options: SessionRoomsOptions) {
    this.options = options;
  }

  /** The room has taken the session in, or has brought it back. */
  noteJoined(session: Session, room: number): void {
    session.lostRooms.delete(room);
    if (session.writtenRooms.has(room)) return;
    session.writtenRooms.add(room);
    this.append({ kind: 'join', session: session.id, room });
  }

  /** The session is out of the room. Where it has no connection, its client is told by `takeLost`. */
  noteLeft(session: Session, room: number, reason: LeftReason): void {
    const { id, link, lostRooms } = session;
    const wasIn = session.writtenRooms.delete(room);
    // Nobody comes back to a session that has ended.
    if (session.isOver) return;
    if (link) {
      if (wasIn) this.append({ kind: 'leave', session: id, room });
      return;
    }
    lostRooms.set(room, reason);
    const [oldest] = lostRooms.keys();
    if (lostRooms.size > REASONS_MAX) lostRooms.delete(oldest!);
    this.append({ kind: 'leave', session: id, room, reason: [reason.code, reason.text] });
  }

  /** After a recovery: rooms that the session was in, and that have not come back.
   *  @param reasons of those of which more is known. */
  noteMissing(session: Session, reasons: ReadonlyMap<number, LeftReason>): void {
    for (const room of session.writtenRooms) {
      if (session.rooms.has(room)) continue;
      this.noteLeft(session, room, reasons.get(room) ?? reasonOf('ROOM_LOST'));
    }
  }

  /** @returns what the client of the session is to be told now, once. */
  takeLost(session: Session): readonly (readonly [room: number, reason: LeftReason])[] {
    const { id, lostRooms } = session;
    if (lostRooms.size === 0) return NONE;
    const lost = [...lostRooms];
    lostRooms.clear();
    for (const [room] of lost) this.append({ kind: 'leave', session: id, room });
    return lost;
  }

  private append(event: SessionEvent): void {
    try {
      this.options.appendSession(event);
    } catch (error) {
      // The storage has counted it, and operators are told.
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

const NONE: readonly (readonly [number, LeftReason])[] = [];
