// Commands and values of any game in words.
import { cleanText } from '../shown-text.ts';
import { shorten } from '../text.ts';
import type { ArgInfo, CommandInfo, GameRow } from './game-info.ts';

const VALUES_SHOWN = 8;

/** `walk dx dy: each -1 to 1`. */
export function commandText({ name, args, text }: CommandInfo): string {
  const names = args.map((arg) => (arg.isOptional ? `[${arg.name}]` : arg.name));
  const usage = [name, ...names].join(' ');
  const details = [text, argsText(args)].filter(Boolean).join('; ');
  return details === '' ? usage : `${usage}: ${details}`;
}

/** How the command is used that is being typed; '' where it is none of them. */
export function usageText(typing: string, commands: readonly CommandInfo[]): string {
  const [, word, space] = /^\/([\w-]+)(\s?)/.exec(typing) ?? [];
  if (word === undefined) return '';
  const command =
    commands.find(({ name }) => name === word) ??
    (space === '' ? commands.find(({ name }) => name.startsWith(word)) : undefined);
  return command ? commandText(command) : '';
}

function argsText(args: readonly ArgInfo[]): string {
  const texts = args.map(argText);
  const [first = ''] = texts;
  if (args.length > 1 && first !== '' && texts.every((text) => text === first)) {
    return `each ${first}`;
  }
  if (args.length === 1) return first;
  return args
    .map(({ name }, i) => (texts[i] === '' ? '' : `${name} ${texts[i]}`))
    .filter(Boolean)
    .join(', ');
}

/** What an argument takes; '' where it takes any text. */
function argText({ type, min, max, values, text }: ArgInfo): string {
  return [text, limitsText(type, min, max, values)].filter(Boolean).join(', ');
}

function limitsText(
  type: ArgInfo['type'],
  min: number | undefined,
  max: number | undefined,
  values: ArgInfo['values'],
): string {
  if (values.length > VALUES_SHOWN) return `${values.slice(0, VALUES_SHOWN).join(', ')}, …`;
  if (values.length > 0) return values.join(' or ');
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `from ${min}`;
  if (max !== undefined) return `up to ${max}`;
  if (type === 'boolean') return 'true or false';
  return type === 'string' || type === 'any' ? '' : 'a number';
}

/** Any value of a game in one short line: `by ada, lost 3`. */
export function valueText(value: unknown, columns = 60): string {
  return shorten(cleanText(plainText(value, 2)), columns);
}

const ENTRIES_SHOWN = 12;

function plainText(value: unknown, depth: number): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object') return String(value);
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    return value
      .slice(0, ENTRIES_SHOWN)
      .map((entry) => plainText(entry, depth - 1))
      .join(', ');
  }
  return Object.entries(value)
    .slice(0, ENTRIES_SHOWN)
    .map(([name, entry]) => `${name} ${plainText(entry, depth - 1)}`)
    .join(', ');
}

/** Without the digits that a picture has no use for. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(2)));
}

/** For a player who has asked for a game that is not there. */
export function unknownGameText(game: string, games: readonly GameRow[]): string {
  const [first] = games;
  if (!first) return `This server has no game named ${game}.`;
  const names = games.map(({ name, matched }) =>
    matched > 1 ? `${name} (for ${matched} players, who are matched)` : name,
  );
  return `This server has no game named ${game}. It has: ${names.join(', ')}. Choose one: --game ${first.name}`;
}
