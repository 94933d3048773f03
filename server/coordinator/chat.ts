// Chat: lines to everyone in a room or on the server, at a pace.
import { LOBBY } from '../../protocol/index.ts';
import { type Answer, refused, result } from './answer.ts';
import type { ClientLimits } from './client-limits.ts';
import type { Session, WorkerLink } from './session.ts';

export interface ChatWorld {
  readonly links: Iterable<WorkerLink>;
  readonly limits: ClientLimits;
}

/** Says a line, in the lobby to everyone. */
export function chat(
  { links, limits }: ChatWorld,
  session: Session,
  room: number,
  text: string,
): Answer {
  const tooSoon = speak(limits, session, room === LOBBY);
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

/** Messages that were counted, and whose command is run again. */
const counted = new WeakSet<object>();

/** Counts what `act` says to others; once also where `act` throws and the same command is run again.
 *  @param args of the command: the same object each time.
 *  @returns what comes of it, or a refusal where it comes too soon. */
export function say(
  limits: ClientLimits,
  session: Session,
  args: object,
  act: () => Answer,
): Answer {
  const tooSoon = counted.has(args) ? undefined : speak(limits, session);
  if (tooSoon) return tooSoon;
  counted.add(args);
  return act();
}

/** Counts one thing said to others.
 *  @param toAll everyone on the server hears it.
 *  @returns a refusal where it comes too soon. */
function speak(limits: ClientLimits, session: Session, toAll = false): Answer | undefined {
  const pace = limits.lineTooSoon(session, toAll);
  return pace === undefined ? undefined : refused('TOO_SOON', pace);
}
