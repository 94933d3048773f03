// Room 0, which every session is in: applies what is asked of it, each once and in order.
import { performance } from 'node:perf_hooks';
import { LOBBY, sentence } from '../../protocol/index.ts';
import { StoreError } from '../store/index.ts';
import { type Answer, refused, sendAnswer } from './answer.ts';
import {
  type CommandMessage,
  isQuestion,
  type LobbyWorld,
  runLobbyCommand,
} from './lobby-commands.ts';
import type { Deed } from './matchmaking.ts';
import type { Session } from './session.ts';
import { guardSession } from './session-failure.ts';

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
    if (kept) sendAnswer(world.metrics, session, LOBBY, seq, kept);
    else answerAgain(world, session, message);
    return;
  }
  // One that waits already, and came again, will have its answer.
  if (seq <= taken) return;
  waiting.push(message);
  if (waiting.length === 1) applyWaiting(world, session);
}

/** Applies those that wait, up to one whose turn or answer has to be waited for, or that cannot be
 *  written down. */
function applyWaiting(world: LobbyWorld, session: Session): void {
  for (let message = session.lobbyWaiting[0]; message; message = session.lobbyWaiting[0]) {
    const waitMs = world.limits.lobbyWaitMs(session);
    if (waitMs > 0) {
      const next = message;
      tellOfWait(session);
      setTimeout(() => {
        guardSession(world, session, next.name, () => {
          if (!isOver(world, session) && applyNext(world, session, next))
            applyWaiting(world, session);
        });
      }, waitMs);
      return;
    }
    if (!applyNext(world, session, message)) return;
  }
}

/** An error of the coordinator is an answer: else the command, and all after it, would wait for it forever. */
function tryCommand(
  world: LobbyWorld,
  session: Session,
  message: CommandMessage,
): ReturnType<typeof runLobbyCommand> {
  try {
    return runLobbyCommand(world, session, message);
  } catch (error) {
    return failedDeed(world, session, message, error);
  }
}

const isFailure = (answer: Answer): boolean =>
  answer.kind === 'rejected' && answer.code === 'INTERNAL';

function failedDeed(
  { log }: LobbyWorld,
  session: Session,
  { seq, name }: CommandMessage,
  err: unknown,
): Deed {
  const of = { err, session: session.id, seq, command: name };
  log.error(of, 'the coordinator failed on a command of the lobby: it is refused with INTERNAL');
  return { answer: refused('INTERNAL') };
}

/** @returns whether it has its answer, so that the next one can be applied. */
function applyNext(world: LobbyWorld, session: Session, message: CommandMessage): boolean {
  const deed = tryCommand(world, session, message);
  if (!(deed instanceof Promise)) return settle(world, session, message, deed);
  const goOn = (done: Deed | undefined) => {
    if (isOver(world, session)) return;
    // One that is run again has had its turn.
    const isAnswered = done
      ? settle(world, session, message, done)
      : applyNext(world, session, message);
    if (isAnswered) applyWaiting(world, session);
  };
  void deed
    .catch((error) => failedDeed(world, session, message, error))
    .then((done) => guardSession(world, session, message.name, () => goOn(done)));
  return false;
}

/** A client that is made to wait is told so at most this often. */
const TOLD_MS = 5000;

function tellOfWait(session: Session): void {
  const now = performance.now();
  if (!session.link || now - session.toldOfWaitAt < TOLD_MS) return;
  session.toldOfWaitAt = now;
  const { link, connection } = session;
  const text = sentence('THROTTLED', 'commands of the lobby');
  link.send({ type: 'refused', connection, code: 'THROTTLED', text, request: null });
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
  } catch (error) {
    if (!(error instanceof StoreError)) {
      // The answer itself cannot be written down. The error that stands for it can be, else it is thrown.
      if (isFailure(answer)) throw error;
      return settle(world, session, message, failedDeed(world, session, message, error));
    }
    setTimeout(() => {
      guardSession(world, session, message.name, () => settleLater(world, session, message, deed));
    }, RETRY_MS);
    return false;
  }
  session.lobbyWaiting.shift();
  ledger.apply(seq);
  // A question can be asked again, and its answer may be long: a list of all rooms.
  if (!isQuestion(message)) ledger.keep(seq, answer);
  done?.();
  sendAnswer(world.metrics, session, LOBBY, seq, answer);
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

/** Only what changes nothing can be asked again; it is answered at once, unless it waits for the accounts. */
function answerAgain(world: LobbyWorld, session: Session, message: CommandMessage): void {
  const { seq } = message;
  const deed = isQuestion(message) ? tryCommand(world, session, message) : undefined;
  if (deed instanceof Promise) {
    const again = () => {
      if (!isOver(world, session)) answerAgain(world, session, message);
    };
    void deed.catch(() => undefined).then(() => guardSession(world, session, message.name, again));
    return;
  }
  const answer = deed?.answer ?? refused('RESULT_EXPIRED');
  sendAnswer(world.metrics, session, LOBBY, seq, answer);
}
