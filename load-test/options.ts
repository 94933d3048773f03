// The command line of the load-test.
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type LimitName, limits } from './limits.ts';
import { CROWD_GAME, type LoadMode } from './messages.ts';

export interface LoadTestOptions {
  /** The server to measure; undefined: one of its own. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** Where the target's admin interface is; without it nothing is known of the server's processes. */
  readonly admin: string | undefined;
  readonly serverWorkers: string;
  readonly mode: LoadMode;
  readonly clients: number;
  readonly seconds: number;
  readonly commandsPerSecond: number;
  readonly processes: number;
  readonly rampMs: number;
  readonly settleMs: number;
  /** After the ramp, for clients that have to try more than once. */
  readonly readyMs: number;
  readonly game: string;
  readonly json: string | undefined;
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
}

/** The command line was wrong, or only asked for help; what there is to say has been written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('wrong usage');
    this.exitCode = exitCode;
  }
}

/** Every tick brings all bots their states at once, and in one process the last waits for all others.
 *  Two cores, 1,000 bots, seconds in which nothing else ran: in one process 6 of 34 had a p99 above
 *  100 ms, in two 4 of 47. */
const BOTS_PER_PROCESS = 500;
const PER_PROCESS: Readonly<Record<LoadMode, number>> = {
  bots: BOTS_PER_PROCESS,
  crowd: 5000,
  idle: 5000,
};
const OVERLOAD_FACTOR = 1.5;
const OVERLOAD_SECONDS = 60;
const OVERLOAD_LIMITS = { deathsMax: 0, dropsMax: 0, slowestMin: 0.8, gapMaxMs: 1000 };
const CLIENTS_MAX = 100_000;
const DAY_SECONDS = 86_400;
const HELP_CODES = ['commander.help', 'commander.helpDisplayed'];

/** @param args the command line without program and script.
 *  @throws {UsageError} with exit code 2, or 0 after help was asked for. */
export function readOptions(args: readonly string[]): LoadTestOptions {
  return readWith(newCommand(), args, optionsOf);
}

/** Parses `args` with `command`, and gives what `optionsOf` makes of it.
 *  @throws {UsageError} with exit code 2, or 0 after help was asked for. */
export function readWith<T>(
  command: Command,
  args: readonly string[],
  optionsOf: (command: Command) => T,
): T {
  command.configureHelp({ helpWidth: 100 });
  command.showHelpAfterError('(--help lists the options)').exitOverride();
  try {
    command.parse(args, { from: 'user' });
    return optionsOf(command);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(HELP_CODES.includes(error.code) ? 0 : 2);
  }
}

interface Flags {
  target?: LoadTestOptions['target'];
  admin?: string;
  serverWorkers: string;
  bots: number;
  idle?: number;
  crowd?: number;
  overload?: number;
  seconds: number;
  commandsPerSecond: number;
  processes?: number;
  rampMs?: number;
  settleMs: number;
  readyMs: number;
  game?: string;
  json?: string;
}

function newCommand(): Command {
  const command = new Command('holdfast load-test')
    .description('Measures a Holdfast server with bots that play, or with idle connections.')
    .option('--target <host:port>', 'the server to measure; without it one is started', parseTarget)
    .option('--admin <host:port>', 'admin interface of the target, to measure its processes')
    .option('--server-workers <workers>', 'worker processes of the server that is started', 'auto')
    .option('--bots <number>', 'bots that play', whole(1, CLIENTS_MAX), 1000)
    .option('--idle <number>', 'idle connections instead of bots', whole(1, CLIENTS_MAX))
    .option(
      '--crowd <number>',
      'cheap clients instead of bots: they walk about, and only count what comes',
      whole(1, CLIENTS_MAX),
    )
    .option(
      '--overload <number>',
      'a crowd of 1.5 times as many clients as the machine holds, for a minute; fails where a ' +
        'process dies, a client is lost or waits for more than a second, or the slowest client gets ' +
        'less than 0.8 of the mean',
      whole(1, CLIENTS_MAX),
    )
    .option('--seconds <number>', 'how long to measure', whole(1, DAY_SECONDS), 30)
    .option('--commands-per-second <number>', 'commands of each bot', whole(1, 1000), 5)
    .option(
      '--processes <number>',
      'processes for the clients (default: by their number)',
      whole(1, 256),
    )
    .option(
      '--ramp-ms <ms>',
      'time in which the clients connect (default: by their number)',
      whole(0, 3_600_000),
    )
    .option('--settle-ms <ms>', 'time to wait before measuring', whole(0, 3_600_000), 3000)
    .option(
      '--ready-ms <ms>',
      'time after that for clients that could not',
      whole(0, 3_600_000),
      20_000,
    )
    .option(
      '--game <name>',
      'the game to join (default: goldrush, and for a crowd a game in which everyone walks); in ' +
        'others clients only watch',
    )
    .option('--json <file>', 'write the results to a file');
  for (const { flag, text } of Object.values(limits)) {
    command.option(`${flag} <number>`, `fail when not kept: ${text}`, amount);
  }
  return command;
}

function optionsOf(command: Command): LoadTestOptions {
  const flags = command.opts<Flags & Partial<Record<LimitName, number>>>();
  const { target, admin, idle, bots } = flags;
  if (admin && !target) command.error('error: --admin belongs to --target: give both, or neither');
  const overload = flags.overload && Math.ceil(flags.overload * OVERLOAD_FACTOR);
  const crowd = overload ?? flags.crowd;
  const mode = idle !== undefined ? 'idle' : crowd !== undefined ? 'crowd' : 'bots';
  const clients = idle ?? crowd ?? bots;
  const perProcess = PER_PROCESS[mode];
  const isGiven = command.getOptionValueSource('seconds') !== 'default';
  const names = Object.keys(limits) as LimitName[];
  return {
    target,
    admin,
    serverWorkers: flags.serverWorkers,
    mode,
    clients,
    seconds: overload && !isGiven ? OVERLOAD_SECONDS : flags.seconds,
    commandsPerSecond: flags.commandsPerSecond,
    processes: Math.min(clients, flags.processes ?? Math.ceil(clients / perProcess)),
    rampMs: flags.rampMs ?? clients * 3,
    settleMs: flags.settleMs,
    readyMs: flags.readyMs,
    game: flags.game ?? (mode === 'crowd' && !target ? CROWD_GAME : 'goldrush'),
    json: flags.json,
    limits: {
      ...(overload && OVERLOAD_LIMITS),
      ...Object.fromEntries(
        names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
      ),
    },
  };
}

/** Parses a whole number from `min` to `max`. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It takes a number, 0 or more.');
}

function parseTarget(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (!host || !port) throw new InvalidArgumentError('It takes host:port.');
  return { host, port: Number(port) };
}
