// The command line of the load-test.
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type LimitName, limits } from './limits.ts';

export interface LoadTestOptions {
  /** The server to measure; undefined: one of its own. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** Where the target's admin interface is; without it nothing is known of the server's processes. */
  readonly admin: string | undefined;
  readonly serverWorkers: string;
  readonly mode: 'bots' | 'idle';
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
const IDLE_PER_PROCESS = 5000;
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
  seconds: number;
  commandsPerSecond: number;
  processes?: number;
  rampMs?: number;
  settleMs: number;
  readyMs: number;
  game: string;
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
      'the game to join; in others than goldrush clients only watch',
      'goldrush',
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
  const mode = idle === undefined ? 'bots' : 'idle';
  const clients = idle ?? bots;
  const perProcess = mode === 'idle' ? IDLE_PER_PROCESS : BOTS_PER_PROCESS;
  const names = Object.keys(limits) as LimitName[];
  return {
    target,
    admin,
    serverWorkers: flags.serverWorkers,
    mode,
    clients,
    seconds: flags.seconds,
    commandsPerSecond: flags.commandsPerSecond,
    processes: Math.min(clients, flags.processes ?? Math.ceil(clients / perProcess)),
    rampMs: flags.rampMs ?? clients * 3,
    settleMs: flags.settleMs,
    readyMs: flags.readyMs,
    game: flags.game,
    json: flags.json,
    limits: Object.fromEntries(
      names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
    ),
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
