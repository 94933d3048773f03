// Room 0, which every session is in: lists and opens rooms, takes who wants a match, carries chat.
import { performance } from 'node:perf_hooks';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type ErrorCode, LOBBY, sentence } from '../../protocol/index.ts';
import type { FromWorker } from '../link/index.ts';
import type { AccountsFile } from '../store/index.ts';
import type { Answer } from './ledger.ts';
import type { Deed, Matchmaking } from './matchmaking.ts';
import type { Found, Rooms } from './rooms.ts';
import type { Session, WorkerLink } from './session.ts';
import type { Sessions } from './sessions.ts';
import { counter, offer, tradeArgs } from './trade-commands.ts';
import type { TradeDesk, Traded } from './trade-desk.ts';

type CommandMessage = Extract<FromWorker, { type: 'command' }>;

/** What the lobby needs of its surroundings. */
export interface LobbyWorld {
  readonly rooms: Rooms;
  readonly links: Iterable<WorkerLink>;
  readonly matchmaking: Matchmaking;
  readonly sessions: Sessions;
  readonly accounts: Pick<AccountsFile, 'leaders' | 'totals'>;
  readonly trades: TradeDesk;
}

type Done = Answer | Deed;

interface LobbyCommand {
  readonly text: string;
  readonly args: TSchema;
  run(world: LobbyWorld, session: Session, args: never): Done | Promise<Answer>;
}

const command = <A extends TSchema>(
  text: string,
  args: A,
  run: (world: LobbyWorld, session: Session, args: Static<A>) => Done | Promise<Answer>,
): LobbyCommand => ({ text, args, run: run as LobbyCommand['run'] });

/** Chat: lines at once, and lines per second after that. */
const CHAT_BURST = 5;
const CHAT_PER_SECOND = 1;
/** Commands of one session that may wait for one before them; the worker lets through about so many. */
const WAITING_MAX = 1024;
/** Offers reach others as lines of chat do, and count as such. */
const PACE = `${CHAT_PER_SECOND} line or offer a second`;

const name = Type.String({ minLength: 1, maxLength: 40 });
const roomNumber = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });

/** Everything that can be asked of the lobby; all of it is answered by `result` or `rejected`. */
export const lobbyCommands = {
  games: command('The games that can be joined.', Type.Object({}), ({ rooms }) =>
    result(
      [...rooms.games.values()].map(({ name, text, playersMax, ticksPerSecond, match }) => ({
        name,
        text,
        playersMax,
        ticksPerSecond,
        ...(match && { match }),
      })),
    ),
  ),
  rooms: command(
    'The rooms that are open, of one game or of all.',
    Type.Object({ game: Type.Optional(name) }),
    ({ rooms }, _session, { game }) =>
      result(
        [...rooms]
          .filter((room) => game === undefined || room.game.name === game)
          .map((room) => ({
            room: room.id,
            game: room.game.name,
            players: room.players,
            playersMax: room.game.playersMax,
          })),
      ),
  ),
  create: command(
    'Opens a new room of a game; join it by its number.',
    Type.Object({ game: name }),
    ({ rooms }, _session, { game }) => {
      if (rooms.games.get(game)?.match) return refused('MATCH_ONLY', game);
      const answer = (opened: Found) =>
        typeof opened === 'string' ? refused(opened, game) : result({ room: opened.id });
      const opening = rooms.open(game);
      return opening instanceof Promise ? opening.then(answer) : answer(opening);
    },
  ),
  chat: command(
    'Says a line to everyone in a room; without a room, to everyone on the server.',
    Type.Object({
      text: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
      room: Type.Optional(roomNumber),
    }),
    (world, session, { text, room = LOBBY }) => chat(world, session, room, text),
  ),
  match: command(
    'Waits for a match of a game; `matched` and `joined` come when there is one. Alone, or with a party: `size` sessions that give its name.',
    Type.Object({
      game: name,
      party: Type.Optional(name),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
    }),
    ({ matchmaking }, session, args) => matchmaking.match(session, args),
  ),
  unmatch: command(
    'Waits no longer for a match of a game.',
    Type.Object({ game: name }),
    ({ matchmaking }, session, args) => matchmaking.unmatch(session, args),
  ),
  matching: command(
    'How many wait for a match, of one game or of each; since when the first does; one’s own place.',
    Type.Object({ game: Type.Optional(name) }),
    ({ matchmaking }, session, args) => matchmaking.matching(session, args),
  ),
  trade: command(
    'Offers another player, by number or name, to swap what accounts hold.',
    tradeArgs.offer,
    (world, session, args) =>
      mayChat(session) ? traded(offer(world, session, args)) : refused('TOO_SOON', PACE),
  ),
  counter: command(
    'Replaces the offer of a trade by another one.',
    tradeArgs.counter,
    (world, session, args) =>
      mayChat(session) ? traded(counter(world, session, args)) : refused('TOO_SOON', PACE),
  ),
  confirm: command(
    'Agrees to an offer, by its version; it is made when both have.',
    tradeArgs.confirm,
    ({ trades }, session, { trade, version }) => traded(trades.confirm(session, trade, version)),
  ),
  cancel: command(
    'Ends a trade that not both have confirmed.',
    tradeArgs.cancel,
    ({ trades }, session, { trade }) => traded(trades.cancel(session, trade)),
  ),
  trades: command(
    'One’s own trades: those that are open, and what became of the last ones.',
    Type.Object({}),
    ({ trades }, session) => result(trades.list(session)),
  ),
  online: command('How many sessions there are.', Type.Object({}), (world) =>
    result({ sessions: world.sessions.size }),
  ),
  leaderboard: command(
    'The ten who have put most of an item (gold, unless named) into the bank, ever; and your own place.',
    Type.Object({ item: Type.Optional(name) }),
    ({ accounts }, { account }, { item = 'gold' }) =>
      result({ item, ...accounts.leaders(item, account) }),
  ),
  audit: command(
    'What all accounts hold of each item, and what rooms have put in less what they have taken out: in all, and each; as room 0 those that have ended.',
    Type.Object({}),
    ({ accounts }) => result(accounts.totals()),
  ),
} as const satisfies Record<string, LobbyCommand>;

const compiled = new Map(
  Object.entries(lobbyCommands as Record<string, LobbyCommand>).map(([name, { args, run }]) => {
    const validator = Compile(args);
    return [name, { validator, run }] as const;
  }),
);

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

/** Applies those that wait, up to one whose answer has to be waited for. */
function applyWaiting(world: LobbyWorld, session: Session): void {
  for (let message = session.lobbyWaiting[0]; message; message = session.lobbyWaiting[0]) {
    const deed = run(world, session, message);
    if (deed instanceof Promise) {
      const of = message;
      void deed.then((done) => {
        // Who has left for good asks for nothing any more.
        if (world.sessions.byId(session.id) !== session) return;
        settle(world, session, of, done);
        applyWaiting(world, session);
      });
      return;
    }
    settle(world, session, message, deed);
  }
}

/** Writes the answer down and gives it to whoever speaks for the session now. */
function settle(
  world: LobbyWorld,
  session: Session,
  message: CommandMessage,
  { answer, wait, done }: Deed,
): void {
  const { seq } = message;
  const { lobby: ledger } = session;
  try {
    world.sessions.noteLobby(session, seq, isQuestion(message) ? null : answer, wait);
  } catch {
    // Not written down, so not acknowledged: the client sends it again, and what comes after it.
    session.lobbyWaiting.length = 0;
    return;
  }
  session.lobbyWaiting.shift();
  ledger.apply(seq);
  ledger.keep(seq, answer);
  done?.();
  send(session, seq, answer);
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

/** What changes nothing can be asked again, so its answer need not be kept. */
function isQuestion({ name }: CommandMessage): boolean {
  return !deeds.has(name);
}

const deeds: ReadonlySet<string> = new Set([
  'create',
  'chat',
  'match',
  'unmatch',
  'trade',
  'counter',
  'confirm',
  'cancel',
]);

/** Only what changes nothing can be asked again, and that is answered at once. */
function answerAgain(world: LobbyWorld, session: Session, message: CommandMessage): void {
  const { seq } = message;
  const deed = isQuestion(message) ? run(world, session, message) : undefined;
  if (!(deed instanceof Promise)) send(session, seq, deed?.answer ?? refused('RESULT_EXPIRED'));
}

function traded(came: Traded): Answer {
  return 'trade' in came ? result(came) : refused(...came);
}

function run(world: LobbyWorld, session: Session, message: CommandMessage): Deed | Promise<Deed> {
  const done = tryRun(world, session, message);
  return done instanceof Promise ? done.then(deedOf) : deedOf(done);
}

const deedOf = (done: Done): Deed => ('kind' in done ? { answer: done } : done);

function tryRun(
  world: LobbyWorld,
  session: Session,
  { name, args }: CommandMessage,
): Done | Promise<Answer> {
  const known = compiled.get(name);
  if (!known) return refused('UNKNOWN_COMMAND', `the lobby has ${[...compiled.keys()].join(', ')}`);
  const given = args ?? {};
  if (!known.validator.Check(given)) {
    const [first] = known.validator.Errors(given);
    return refused(
      'BAD_ARGUMENTS',
      `${first?.instancePath.slice(1) ?? ''} ${first?.message}`.trim(),
    );
  }
  return known.run(world, session, given as never);
}

function chat(world: LobbyWorld, session: Session, room: number, text: string): Answer {
  if (!mayChat(session)) return refused('TOO_SOON', PACE);
  const data = { from: session.name, player: session.id, text };
  if (room === LOBBY) {
    for (const link of world.links) {
      link.send({ type: 'event', room: LOBBY, connections: [], name: 'chat', data });
    }
    return result(null);
  }
  const joined = session.rooms.get(room);
  if (!joined) return refused('NOT_IN_ROOM', `room ${room}`);
  joined.broadcast('chat', data);
  return result(null);
}

function mayChat(session: Session): boolean {
  const now = performance.now();
  const earned = ((now - session.chatAt) / 1000) * CHAT_PER_SECOND;
  session.chatLines = Math.min(CHAT_BURST, session.chatLines + earned);
  session.chatAt = now;
  if (session.chatLines < 1) return false;
  session.chatLines--;
  return true;
}

function result(value: unknown): Answer {
  return { kind: 'result', value };
}

function refused(code: ErrorCode, detail?: string): Answer {
  return { kind: 'rejected', code, text: sentence(code, detail) };
}
