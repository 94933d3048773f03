// The command line of the replay.
import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface CommandLine {
  readonly folder: string;
  /** Game modules; none: the games that ship. */
  readonly game: readonly string[];
  readonly until: number | undefined;
  readonly inspect: boolean;
  readonly json: string | undefined;
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

const HELP_CODES = ['commander.help', 'commander.helpDisplayed'];

/** @param args the command line without program and script.
 *  @throws {UsageError} with exit code 2, or 0 after help was asked for. */
export function readOptions(args: readonly string[]): CommandLine {
  const command = newCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(HELP_CODES.includes(error.code) ? 0 : 2);
  }
  const { game, until, inspect = false, json } = command.opts<Partial<CommandLine>>();
  return { folder: command.args[0]!, game: game ?? [], until, inspect, json };
}

function newCommand(): Command {
  return new Command('holdfast replay')
    .description(
      'Repeats a room from its oldest snapshot through its journal, and compares the states.\n' +
        'Of the data directory of a server it lists the rooms that there are.\n' +
        'The folder is not changed; a server may be at work in it.\n' +
        'Exit code: 0 where all is equal, 1 where it differs or the game throws, 2 for wrong usage ' +
        'or where nothing can be replayed.',
    )
    .argument(
      '<folder>',
      'the folder of a room, such as data/rooms/1, data/ended/2 or a copy of one; or a data directory',
    )
    .option('--game <path>', 'a game module, repeatable; without it the games that ship', list)
    .option('--until <tick>', 'stop after this tick', tick)
    .option('--inspect', 'wait for a debugger, and stop before the first batch, or before --until')
    .option('--json <file>', 'write the report to a file; with --until, also the whole state')
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError('(--help lists the options)')
    .exitOverride();
}

function list(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

function tick(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}
