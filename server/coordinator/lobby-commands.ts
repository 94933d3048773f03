// What can be asked of the lobby: rooms, matches, chat, trades, and what accounts hold.

import { LOBBY, shownText } from '../../protocol/index.ts';
import { Compile, type Static, type TSchema, Type } from '../../protocol/schema.ts';
import type { Config } from '../config.ts';
import type { FromWorker } from '../link/index.ts';
import type { Log } from '../observe/index.ts';
import type { AccountsFile } from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';
import { type Answer, type AnswerMetrics, refused, result } from './answer.ts';
import { chat, say } from './chat.ts';
import { type ClientLimits, CREATE_COST } from './client-limits.ts';
import { gameDescription, gameSummary } from './describe-game.ts';
import { explainArguments } from './explain-arguments.ts';
import type { LobbyGuard } from './lobby-guard.ts';
import { waitForAccounts } from './lobby-patience.ts';
import type { Deed, Matchmaking } from './matchmaking.ts';
import { hasPlaceLeft } from './place-quota.ts';
import type { RoomList } from './room-list.ts';
import type { Found, Rooms } from './rooms.ts';
import type { Session, WorkerLink } from './session.ts';
import type { Sessions } from './sessions.ts';
import { counter, offer, tradeArgs } from './trade-commands.ts';
import type { TradeDesk, Traded } from './trade-desk.ts';

export type CommandMessage = Extract<FromWorker, { type: 'command' }>;

/** What the lobby needs of its surroundings. */
export interface LobbyWorld {
  readonly log: Log;
  readonly metrics: AnswerMetrics;
  readonly config: Config;
  readonly rooms: Rooms;
  readonly roomList: RoomList;
  readonly links: Iterable<WorkerLink>;
  readonly matchmaking: Matchmaking;
  readonly sessions: Sessions;
  readonly accounts: Pick<AccountsFile, 'holdings' | 'leaders' | 'totals'>;
  readonly trades: TradeDesk;
  readonly limits: ClientLimits;
  readonly trouble: AccountsTrouble;
  readonly guard: Pick<LobbyGuard, 'run'>;
}

/** What comes of a command, at once or later; undefined: it has to be asked again now. */
type Done = Answer | Deed | Promise<Answer | undefined>;

interface LobbyCommand {
  readonly text: string;
  readonly args: TSchema;
  run(world: LobbyWorld, session: Session, args: never): Done;
}

const command = <A extends TSchema>(
  text: string,
  args: A,
  run: (world: LobbyWorld, session: Session, args: Static<A>) => Done,
): LobbyCommand => ({ text, args, run: run as LobbyCommand['run'] });

const name = Type.String({ minLength: 1, maxLength: 40 });
const roomNumber = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });

/** Everything that can be asked of the lobby; all of it is answered by `result` or `rejected`. */
export const lobbyCommands = {
  games: command(
    'The games that can be joined. With `game` only the one of this name, and beside the rest its `world` and its `commands`: the name of each, and as `args` the JSON schema of its arguments, shortened where it is long.',
    Type.Object({ game: Type.Optional(name) }),
    ({ rooms }, _session, { game }) => {
      if (game === undefined) return result([...rooms.games.values()].map(gameSummary));
      const found = rooms.games.get(game);
      return result(found ? [gameDescription(found)] : []);
    },
  ),
  rooms: command(
    'The rooms that are open, of one game or of all, by number: the first 1,000, or the first 1,000 with a number above `after`.',
    Type.Object({ game: Type.Optional(name), after: Type.Optional(roomNumber) }),
    ({ roomList }, _session, { game = '', after = 0 }) => result(roomList.page(game, after)),
  ),
  create: command(
    'Opens a new room of a game; join it by its number.',
    Type.Object({ game: name }),
    ({ rooms, limits }, session, args) => {
      const { game } = args;
      if (rooms.games.get(game)?.match) return refused('MATCH_ONLY', game);
      const answer = (opened: Found) =>
        typeof opened === 'string' ? refused(opened, game) : result({ room: opened.id });
      const pace = joinPace(limits, session, args, CREATE_COST);
      if (pace !== undefined) return refused('TOO_SOON', pace);
      const opening = rooms.open(game, session);
      return opening instanceof Promise ? opening.then(answer) : answer(opening);
    },
  ),
  chat: command(
    'Says a line to everyone in a room; without a room, to everyone on the server.',
    Type.Object({
      text: shownText(200),
      room: Type.Optional(roomNumber),
    }),
    (world, session, { text, room = LOBBY }) => chat(world, session, room, text),
  ),
  match: command(
    'Waits for a match of a game; `matched` and `joined` come when there is one. Alone, or with a party: `size` sessions that give its secret.',
    Type.Object({
      game: name,
      party: Type.Optional(name),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
    }),
    (world, session, args) => {
      // A match opens a room, and puts the session into it.
      const pace = joinPace(world.limits, session, args);
      if (pace !== undefined) return refused('TOO_SOON', pace);
      if (!hasPlaceLeft(world, session)) {
        return refused('PLACE_QUOTA', `at most ${world.config.placesPerAddressMax}`);
      }
      return world.matchmaking.match(session, args);
    },
  ),
  party: command(
    'Makes a party. Its secret is for those who are to play together: each gives it to `match`.',
    Type.Object({}),
    ({ matchmaking }) => result({ party: matchmaking.parties.make() }),
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
      say(world.limits, session, args, () => traded(offer(world, session, args))),
  ),
  counter: command(
    'Replaces the offer of a trade by another one.',
    tradeArgs.counter,
    (world, session, args) =>
      say(world.limits, session, args, () => traded(counter(world, session, args))),
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
  account: command(
    'What one’s own account holds: as `items` the amount of each item, of 100 items at most.',
    Type.Object({}),
    ({ accounts }, { account }) => result({ items: accounts.holdings(account) }),
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

const compiled = new Map(
  Object.entries(lobbyCommands as Record<string, LobbyCommand>).map(([name, { args, run }]) => {
    const validator = Compile(args);
    return [name, { validator, args, run }] as const;
  }),
);

/** Whether a command changes something, so that its answer is kept. */
export function isDeed(name: string): boolean {
  return deeds.has(name);
}

/** What changes nothing can be asked again, so its answer need not be kept. */
export function isQuestion({ name }: CommandMessage): boolean {
  return !isDeed(name);
}

/** What comes of a command, at once or later; of one that is not as the table says a refusal.
 *  Undefined where it waited for something that changes what comes of it: run it again. */
export function runLobbyCommand(
  world: LobbyWorld,
  session: Session,
  message: CommandMessage,
): Deed | Promise<Deed | undefined> {
  const done = world.guard.run(session, message, () => runOrWait(world, session, message));
  if (done instanceof Promise) return done.then((answer) => answer && { answer });
  return 'kind' in done ? { answer: done } : done;
}

function runOrWait(world: LobbyWorld, session: Session, message: CommandMessage): Done {
  try {
    return tryRun(world, session, message);
  } catch (error) {
    return waitForAccounts(message, error, world.trouble);
  }
}

function tryRun(world: LobbyWorld, session: Session, { name, args }: CommandMessage): Done {
  const known = compiled.get(name);
  if (!known) return refused('UNKNOWN_COMMAND', `the lobby has ${[...compiled.keys()].join(', ')}`);
  const given = args ?? {};
  if (!known.validator.Check(given)) {
    const errors = known.validator.Errors(given);
    return refused('BAD_ARGUMENTS', explainArguments(name, known.args, given, errors));
  }
  return known.run(world, session, given as never);
}

const counted = new WeakSet<object>();

/** Counts a join; once also where the same command is run again.
 *  @param args of the command: the same object each time.
 *  @returns the pace, where it comes too soon. */
function joinPace(
  limits: ClientLimits,
  session: Session,
  args: object,
  cost?: number,
): string | undefined {
  if (counted.has(args)) return undefined;
  counted.add(args);
  return limits.joinTooSoon(session, cost);
}

function traded(came: Traded): Answer {
  return 'trade' in came ? result(came) : refused(...came);
}
