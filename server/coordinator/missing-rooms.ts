// The rooms that are not there after a recovery: their players are told why when they come back.
import type { LeftReason } from '../store/index.ts';
import type { SavedRoom } from './room-state.ts';
import { reasonOf } from './session-rooms.ts';
import type { Sessions } from './sessions.ts';
import type { FileStorage } from './storage.ts';

const GAME_FAILED = reasonOf(
  'GAME_ERROR',
  'The room could not be brought back after a fault; this was recorded, and the room has ended.',
);
const REASONS = {
  /** The game fails, or does not come to an end, when the room is repeated. */
  failed: GAME_FAILED,
  unreadable: reasonOf('ROOM_LOST'),
  /** Its game is not loaded, or does not fit it: the room stays on disk. */
  away: reasonOf('ROOM_CLOSED'),
};

export class MissingRooms {
  private readonly sessions: Sessions;
  private readonly reasons = new Map<number, LeftReason>();

  constructor(sessions: Sessions) {
    this.sessions = sessions;
  }

  add(room: number, why: keyof typeof REASONS, storage: FileStorage): void {
    this.lose(room, REASONS[why], playersOf(room, storage));
  }

  /** A room that had ended when its process died. */
  addEnded(room: number, text: string, players: Iterable<number>): void {
    this.lose(room, reasonOf('ROOM_ENDED', text), players);
  }

  /** All rooms that can be brought back are there. */
  tell(): void {
    const { places } = this.sessions;
    for (const session of this.sessions) places.noteMissing(session, this.reasons);
    this.reasons.clear();
  }

  /** Also those of whom only the room's files know that they were in it. */
  private lose(room: number, reason: LeftReason, players: Iterable<number>): void {
    this.reasons.set(room, reason);
    for (const player of players) {
      const session = this.sessions.byId(player);
      if (session) this.sessions.places.noteLeft(session, room, reason);
    }
  }
}

/** Who was in the room, and who came after; none where its files cannot be read. */
function playersOf(room: number, storage: FileStorage): Iterable<number> {
  try {
    const { snapshot, batches } = storage.filesOf(room).newest();
    const players = new Set((snapshot.saved as SavedRoom).players.map(({ id }) => id));
    for (const input of batches.flatMap(({ inputs }) => inputs)) {
      if (input.kind === 'join') players.add(input.player);
      else if (input.kind === 'leave') players.delete(input.player);
    }
    return players;
  } catch {
    return [];
  }
}
