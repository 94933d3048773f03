// What an error of the coordinator itself costs where it serves one session: the connection of that session.
import type { Log } from '../observe/index.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface FailureWorld {
  readonly log: Log;
  readonly sessions: Sessions;
}

/** For what runs from a timer or a promise, where an error would end the process.
 *  @param what the session has asked for. */
export function guardSession(
  world: FailureWorld,
  session: Session,
  what: string,
  run: () => void,
): void {
  try {
    run();
  } catch (err) {
    const { link, connection, id } = session;
    const text = 'the coordinator failed on what a session has asked for: its connection is closed';
    world.log.error({ err, session: id, connection, what }, text);
    if (!link) return;
    world.sessions.detach(session);
    link.cut(connection, 'INTERNAL');
  }
}
