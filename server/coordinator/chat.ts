// Chat: lines to everyone in a room or on the server, at a pace.
import { performance } from 'node:perf_hooks';
import { LOBBY } from '../../protocol/index.ts';
import { type Answer, refused, result } from './answer.ts';
import type { Session, WorkerLink } from './session.ts';

/** Lines at once, and lines per second after that. */
const BURST = 5;
const PER_SECOND = 1;
/** Offers reach others as lines of chat do, and count as such. */
const PACE = `${PER_SECOND} line or offer a second`;

/** Says a line, in the lobby to everyone. */
export function chat(
  links: Iterable<WorkerLink>,
  session: Session,
  room: number,
  text: string,
): Answer {
  const tooSoon = speak(session);
  if (tooSoon) return tooSoon;
  const data = { from: session.name, player: session.id, text };
  if (room === LOBBY) {
    for (const link of links) {
      link.send({ type: 'event', room: LOBBY, connections: [], name: 'chat', data });
    }
    return result(null);
  }
  const joined = session.rooms.get(room);
  if (!joined) return refused('NOT_IN_ROOM', `room ${room}`);
  joined.broadcast('chat', data);
  return result(null);
}

/** Counts one thing said to others.
 *  @returns a refusal where it comes too soon. */
export function speak(session: Session): Answer | undefined {
  const now = performance.now();
  const earned = ((now - session.chatAt) / 1000) * PER_SECOND;
  session.chatLines = Math.min(BURST, session.chatLines + earned);
  session.chatAt = now;
  if (session.chatLines < 1) return refused('TOO_SOON', PACE);
  session.chatLines--;
  return undefined;
}
