// Reads the settings: flags, then variables, then defaults.
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type Config,
  checkRelations,
  flagOf,
  type Kind,
  type SettingRow,
  settings,
  variableOf,
} from './config.ts';
import { networkProblem } from './limits/index.ts';

const WORKERS_MAX = 256;

/** What a setting takes, in words. */
export function takes(row: SettingRow<Kind, unknown>): string {
  switch (row.kind) {
    case 'integer':
      return `a whole number from ${row.min} to ${row.max}`;
    case 'string':
      return 'a text that is not empty';
    case 'path':
      return 'a path; empty: none';
    case 'list':
      return 'a path, or several with colons between them';
    case 'names':
      return 'names of hosts with commas between them; empty: none';
    case 'networks':
      return 'addresses and networks (10.0.0.0/8) with commas between them, or none';
    case 'workers':
      return `auto, per-client, or a whole number from 1 to ${WORKERS_MAX}`;
    case 'choice':
      return `one of ${row.choices?.join(', ')}`;
    case 'flag':
      return 'nothing, true or false';
    default:
      return row.kind satisfies never;
  }
}

/** @returns undefined for a value that the setting does not take. */
function parse(row: SettingRow<Kind, unknown>, text: string): unknown {
  switch (row.kind) {
    case 'integer':
      return parseInteger(text, row.min, row.max);
    case 'string':
      return text === '' ? undefined : text;
    case 'path':
      return text;
    case 'list':
      return parsePaths(text);
    case 'names':
      return parseNames(text);
    case 'networks':
      return parseNetworks(text);
    case 'workers':
      if (text === 'auto' || text === 'per-client') return text;
      return parseInteger(text, 1, WORKERS_MAX);
    case 'choice':
      return row.choices?.includes(text) ? text : undefined;
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return row.kind satisfies never;
  }
}

/** An empty text would load the games that ship where a module was meant: `--game "$MODULE"`. */
function parsePaths(text: string): readonly string[] | undefined {
  const paths = text.split(':').filter((path) => path !== '');
  return paths.length > 0 ? paths : undefined;
}

/** What of each unit one of a larger one is. */
const LARGER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ms: { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
  hours: { h: 1, d: 24 },
  bytes: Object.fromEntries(
    ['', 'k', 'm', 'g', 't'].flatMap((letter, i) => {
      return [`${letter}b`, `${letter}ib`, letter].map((name) => [name, 1024 ** i]);
    }),
  ),
};

/** @returns what a value with a unit (10s, 1GB) is in the setting's own; '' for any other. */
function unitHint({ unit = '' }: SettingRow<Kind, unknown>, text: string): string {
  const [, number, name] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i.exec(text) ?? [];
  const factor = name && LARGER[unit]?.[name.toLowerCase()];
  return factor ? ` Its unit is ${unit}: ${text} is ${Math.round(Number(number) * factor)}.` : '';
}

function parseInteger(text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = Number(text);
  return /^-?\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}

function parseNames(text: string): readonly string[] | undefined {
  if (text === '') return [];
  const names = text.split(',');
  return names.every((name) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name)) ? names : undefined;
}

function parseNetworks(text: string): readonly string[] | undefined {
  if (text === 'none') return [];
  const networks = text.split(',');
  return networks.some((network) => networkProblem(network)) ? undefined : networks;
}

/** How the help shows what a flag takes. */
function valueText(kind: Kind): string {
  switch (kind) {
    case 'list':
      return '<path>';
    case 'names':
      return '<names>';
    case 'networks':
      return '<networks>';
    case 'string':
      return '<text>';
    case 'flag':
      return '[true|false]';
    default:
      return `<${kind}>`;
  }
}

function optionOf(name: string, row: SettingRow<Kind, unknown>): Option {
  const list = row.kind === 'list';
  const flags = `${flagOf(name)} ${valueText(row.kind)}`;
  const option = new Option(flags, row.text).env(variableOf(name)).default(row.default);
  if (row.kind === 'flag') option.preset('true');
  // For the help only: `parse` reads every kind.
  if (row.choices) option.choices(row.choices);
  option.argParser((text, before) => {
    const value = parse(row, text);
    if (value === undefined) {
      throw new InvalidArgumentError(`It takes ${takes(row)}.${unitHint(row, text)}`);
    }
    return list ? [...(before as readonly unknown[]), ...(value as readonly unknown[])] : value;
  });
  return option;
}

/** The command line of `holdfast serve`. */
export function serveCommand(): Command {
  const command = new Command('holdfast serve')
    .description('Runs the game server. Each setting can also be given by its variable.')
    .showHelpAfterError('(--help lists the settings)')
    // For a better sentence than that there are too many arguments.
    .allowExcessArguments()
    .action((_settings, command: Command) => {
      const [first] = command.args;
      if (first === undefined) return;
      command.error(
        `error: ${first} is no flag: a setting is given as in --port 8000, a game as in --game ${first}`,
      );
    });
  for (const [name, row] of Object.entries(settings)) command.addOption(optionOf(name, row));
  return command;
}

/** Reads flags, then variables, then defaults.
 *  @param args the command line without program and script.
 *  Ends the process with one line and exit code 1 for a flag that cannot be used.
 *  @throws {ConfigError} when settings contradict each other. */
export function readConfig(args: readonly string[]): Config {
  const config = serveCommand().parse(args, { from: 'user' }).opts<Config>();
  checkRelations(config);
  return config;
}
