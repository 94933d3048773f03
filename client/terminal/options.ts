// The command line of the terminal client.
import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';

export interface PlayOptions {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** Undefined: one that the server has. */
  readonly game: string | undefined;
}

/** The longest name that a server takes. */
const NAME_MAX = 24;
const PORT_MAX = 65_535;

/** @param args without the program's own name. `--help` and what is wrong end the process. */
export function playOptionsOf(args: readonly string[]): PlayOptions {
  const command = new Command('play')
    .description('Play on a Holdfast server in this terminal.')
    .option('--host <host>', 'address of the server', '127.0.0.1')
    .option('--port <port>', 'port of the server', portOf, 8000)
    .option('--name <name>', 'your name for others to see (default: your user name)', nameOf)
    .option(
      '--game <game>',
      'game to join or to be matched in (default: goldrush, or the first that the server has)',
    )
    .parse(args, { from: 'user' });
  const { host, port, name, game } = command.opts<Partial<PlayOptions>>();
  return { host: host!, port: port!, game, name: name ?? defaultName(userName()) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= PORT_MAX) return port;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${PORT_MAX}.`);
}

function nameOf(text: string): string {
  const name = cleanName(text);
  if (name !== '' && name === text.trim()) return name;
  throw new InvalidArgumentError(`It must have 1 to ${NAME_MAX} characters, none of them control.`);
}

function cleanName(text: string): string {
  const printable = text.replace(/[\p{Cc}\u2028\u2029]/gu, '').trim();
  return printable.slice(0, NAME_MAX).toWellFormed().trim();
}

const adjectives = ['brave', 'busy', 'deep', 'dusty', 'keen', 'lucky', 'quick', 'sly'] as const;
const animals = ['badger', 'bat', 'beetle', 'fox', 'marmot', 'mole', 'newt', 'wren'] as const;

/** The user's name, or a friendly one where that says nothing. */
export function defaultName(user: string, random: () => number = Math.random): string {
  const name = cleanName(user);
  if (name !== '' && name !== 'root') return name;
  const pick = <T>(words: readonly T[]): T => words[Math.floor(random() * words.length)]!;
  return `${pick(adjectives)}-${pick(animals)}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in a container.
    return '';
  }
}
