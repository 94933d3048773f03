// Room 0, which every session is in: applies what is asked of it, each once and in order.
import { LOBBY } from '../../protocol/index.ts';
import { type Answer, refused } from './answer.ts';
import {
  type CommandMessage,
  isQuestion,
  type LobbyWorld,
  runLobbyCommand,
} from './lobby-commands.ts';
import type { Deed } from './matchmaking.ts';
import type { Session } from './session.ts';

/** Commands of one session that may wait for one before them; the worker lets through about so many. */
const WAITING_MAX = 1024;
/** What could not be written down is tried again so soon. */
const RETRY_MS = 200;

/** Applies a command of the lobby, exactly once, and answers it: at once, but for one that has to
 *  wait, for which those of the session that come after it wait as well. */
export function applyLobbyCommand(
  world: LobbyWorld,
  session: Session,
  message: CommandMessage,
): void {
  if (!session.link) return;
  const { seq } = message;
  const { lobby: ledger, lobbyWaiting: waiting } = session;
  const taken = ledger.applied + waiting.length;
  if (seq > taken + 1 || (waiting.length >= WAITING_MAX && seq > taken)) {
    if (!session.lobbyGap.due(seq)) return;
    const { link, connection } = session;
    link.send({ type: 'resumed', connection, room: LOBBY, seq: ledger.applied });
    return;
  }
  session.lobbyGap.close();
  if (seq <= ledger.applied) {
    const kept = ledger.kept(seq);
    if (kept) send(session, seq, kept);
    else answerAgain(world, session, message);
    return;
  }
  // One that waits already, and came again, will have its answer.
  if (seq <= taken) return;
  waiting.push(message);
  if (waiting.length === 1) applyWaiting(world, session);
}

/** Applies those that wait, up to one whose answer has to be waited for, or cannot be written down. */
function applyWaiting(world: LobbyWorld, session: Session): void {
  for (let message = session.lobbyWaiting[0]; message; message = session.lobbyWaiting[0]) {
    const deed = runLobbyCommand(world, session, message);
    if (deed instanceof Promise) {
      const of = message;
      void deed.then((done) => {
        if (isOver(world, session)) return;
        if (!done || settle(world, session, of, done)) applyWaiting(world, session);
      });
      return;
    }
    if (!settle(world, session, message, deed)) return;
  }
}

/** Who has left for good asks for nothing any more. */
function isOver({ sessions }: LobbyWorld, session: Session): boolean {
  return sessions.byId(session.id) !== session;
}

/** Writes the answer down and gives it to whoever speaks for the session now.
 *  @returns false where it cannot be written down: then nobody is told, and it is tried again. */
function settle(world: LobbyWorld, session: Session, message: CommandMessage, deed: Deed): boolean {
  const { seq } = message;
  const { answer, wait, done } = deed;
  const { lobby: ledger } = session;
  try {
    world.sessions.noteLobby(session, seq, isQuestion(message) ? null : answer, wait);
  } catch {
    setTimeout(() => settleLater(world, session, message, deed), RETRY_MS);
    return false;
  }
  session.lobbyWaiting.shift();
  ledger.apply(seq);
  ledger.keep(seq, answer);
  done?.();
  send(session, seq, answer);
  return true;
}

function settleLater(
  world: LobbyWorld,
  session: Session,
  message: CommandMessage,
  deed: Deed,
): void {
  if (isOver(world, session)) return;
  // What is still to be done may not be possible any more; what has been done is not done again.
  if (deed.done || settle(world, session, message, deed)) applyWaiting(world, session);
}

function send({ link, connection }: Session, seq: number, answer: Answer): void {
  if (!link) return;
  if (answer.kind === 'result') {
    link.send({ type: 'result', connection, room: LOBBY, seq, value: answer.value });
  } else {
    const { code, text } = answer;
    link.send({ type: 'rejected', connection, room: LOBBY, seq, code, text });
  }
}

/** Only what changes nothing can be asked again, and that is answered at once. */
function answerAgain(world: LobbyWorld, session: Session, message: CommandMessage): void {
  const { seq } = message;
  const deed = isQuestion(message) ? runLobbyCommand(world, session, message) : undefined;
  if (!(deed instanceof Promise)) send(session, seq, deed?.answer ?? refused('RESULT_EXPIRED'));
}
