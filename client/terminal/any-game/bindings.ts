// Which keys send which commands of a game that this client does not know, by the arguments they take.
import type { Direction } from '../directions.ts';
import type { ArgInfo, ArgValue, CommandInfo } from './game-info.ts';

/** A command that is ready to be sent. */
export interface Step {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Commands for the four directions, by their numbers; undefined in a direction that has none. */
export interface Moves {
  readonly text: string;
  readonly steps: readonly (Step | undefined)[];
}

export interface Bindings {
  /** By the arrow keys. */
  readonly walk: Moves | undefined;
  /** By the arrow keys with Shift. */
  readonly aim: Moves | undefined;
  /** By the space bar; without it the space bar aims ahead, where the game has something to aim. */
  readonly act: CommandInfo | undefined;
  /** Commands without arguments, by the digits from 1. */
  readonly plain: readonly CommandInfo[];
}

const DIGITS = 9;
const vectorNames = [
  ['dx', 'dy'],
  ['vx', 'vy'],
  ['x', 'y'],
] as const;
/** North, east, south and west, as games call them. */
const directionWords = [
  ['north', 'east', 'south', 'west'],
  ['up', 'right', 'down', 'left'],
  ['n', 'e', 's', 'w'],
  ['u', 'r', 'd', 'l'],
  ['w', 'd', 's', 'a'],
] as const;
const NUMBERED = /^(dir|direction|facing|heading)$/i;
const WALKING = /^(walk|move|go|step|run|steer|turn|head|drive|fly|swim|push)/i;
const ACTING = /^(act|shoot|fire|dig|place|drop|jump|use|take|attack|hit|build|plant|bomb|grab)/i;
const units = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

export function bindingsOf(commands: readonly CommandInfo[]): Bindings {
  const named = namedMoves(commands);
  const isNamed = ({ name }: CommandInfo) => named?.steps.some((step) => step?.name === name);
  const directed = commands.flatMap((command) => movesOf(command) ?? []);
  const moves = named ? [named, ...directed] : directed;
  const walk = moves.find(({ text }) => WALKING.test(text)) ?? moves[0];
  const aim = moves.find((one) => one !== walk && ACTING.test(one.text)) ?? moves[walk ? 1 : 0];
  const plain = commands.filter((command) => command.args.length === 0 && !isNamed(command));
  const act = plain.find(({ name }) => ACTING.test(name));
  const other = aim === walk ? undefined : aim;
  return {
    walk,
    aim: other,
    act: act ?? (other ? undefined : plain[0]),
    plain: plain.slice(0, DIGITS),
  };
}

/** A game may have a command for each direction: `left`, `right`. */
function namedMoves(commands: readonly CommandInfo[]): Moves | undefined {
  const plain = commands.filter(({ args }) => args.length === 0);
  const names = plain.map(({ name }) => name);
  const found = wordsAmong(names);
  if (!found) return undefined;
  const steps = found.map((name) =>
    name === undefined ? undefined : { name: String(name), args: {} },
  );
  return { text: 'move', steps };
}

function movesOf({ name, args }: CommandInfo): Moves | undefined {
  const argsOf = vectorOf(args) ?? wordOf(args) ?? numberOf(args);
  if (!argsOf) return undefined;
  return { text: name, steps: argsOf.map((given) => given && { name, args: given }) };
}

type ArgsByDirection = readonly (Record<string, unknown> | undefined)[];

/** `dx` and `dy` by any of their names. */
function vectorOf(args: readonly ArgInfo[]): ArgsByDirection | undefined {
  for (const names of vectorNames) {
    const [east, south] = names.map((name) => args.find((arg) => arg.name === name));
    if (!east || !south || !areEnough(args, [east, south])) continue;
    // A place in the world has these names too; but it is not negative.
    const isStep = takes(east, -1) && takes(south, -1) && (names[0] !== 'x' || isSmall(east));
    if (!isStep) continue;
    return units.map(([dx, dy]) => ({
      [east.name]: limited(dx, east),
      [south.name]: limited(dy, south),
    }));
  }
  return undefined;
}

function wordOf(args: readonly ArgInfo[]): ArgsByDirection | undefined {
  const arg = args.find(({ isOptional }) => !isOptional) ?? args[0];
  if (!arg || !areEnough(args, [arg])) return undefined;
  const found = wordsAmong(arg.values);
  return found?.map((value) => (value === undefined ? undefined : { [arg.name]: value }));
}

/** Directions from 0 to 3, as Goldrush numbers them. */
function numberOf(args: readonly ArgInfo[]): ArgsByDirection | undefined {
  const arg = args.find(({ name }) => NUMBERED.test(name));
  if (!arg || !areEnough(args, [arg]) || arg.min !== 0 || arg.max !== 3) return undefined;
  return ([0, 1, 2, 3] satisfies Direction[]).map((direction) => ({ [arg.name]: direction }));
}

/** For each direction the value that means it, where two of them at least are there. */
function wordsAmong(values: readonly ArgValue[]): (ArgValue | undefined)[] | undefined {
  const found = directionWords.map((words) =>
    words.map((word) => values.find((value) => String(value).toLowerCase() === word)),
  );
  const count = (of: (ArgValue | undefined)[]) => of.filter((value) => value !== undefined).length;
  const best = found.reduce((most, next) => (count(next) > count(most) ? next : most));
  return count(best) >= 2 ? best : undefined;
}

function areEnough(args: readonly ArgInfo[], given: readonly ArgInfo[]): boolean {
  return args.every((arg) => arg.isOptional || given.includes(arg));
}

function takes({ type, min, values }: ArgInfo, sign: -1): boolean {
  if (values.length > 0) return values.includes(sign);
  return (type === 'integer' || type === 'number') && (min === undefined || min < 0);
}

function isSmall({ min, values }: ArgInfo): boolean {
  return values.length > 0 || (min !== undefined && min >= -16);
}

function limited(value: number, { min = value, max = value }: ArgInfo): number {
  return Math.min(max, Math.max(min, value));
}
