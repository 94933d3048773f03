// What clients are told of a game: for lists of games, and for keys and help of clients that do not know it.
import type { Game } from '../games/index.ts';

/** One command, as clients are told of it. */
export interface CommandDescription {
  readonly name: string;
  /** A JSON schema: the `args` of the command, cut to the keywords and the size that clients are told. */
  readonly args: Schema;
}

type Schema = Readonly<Record<string, unknown>>;

/** Nested schemas beyond this depth are left open: `{}` takes anything. */
const DEPTH_MAX = 4;
/** Largest schema of one command, in characters of JSON. */
const ARGS_MAX = 2000;
/** Largest description of all commands of a game, in characters of JSON. */
const COMMANDS_MAX = 65_536;
/** Entries of one list or object in a schema. */
const ENTRIES_MAX = 64;
const TEXT_MAX = 200;
const open: Schema = { type: 'object' };

/** Keywords whose values are plain. */
const plainKeywords = [
  'type',
  'const',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;

/** A row of the list of games. */
export function gameSummary({ name, text, playersMax, ticksPerSecond, match }: Game) {
  return { name, text, playersMax, ticksPerSecond, ...(match && { match: { ...match } }) };
}

const known = new WeakMap<Game, ReturnType<typeof describe>>();

/** The row of one game with its world and its commands. Made once for each game. */
export function gameDescription(game: Game): ReturnType<typeof describe> {
  const description = known.get(game) ?? describe(game);
  known.set(game, description);
  return description;
}

function describe(game: Game) {
  const { world } = game;
  return {
    ...gameSummary(game),
    ...(world && { world: { ...world } }),
    commands: describeCommands(game),
  };
}

function describeCommands(game: Game): CommandDescription[] {
  const described: CommandDescription[] = [];
  let left = COMMANDS_MAX;
  for (const [name, { args }] of Object.entries(game.commands as Game['commands'])) {
    const command = { name, args: fittingSchema(args as Schema, Math.min(ARGS_MAX, left)) };
    left -= JSON.stringify(command).length;
    if (left < 0) break;
    described.push(command);
  }
  return described;
}

/** As much of the schema as `size` characters have room for. */
function fittingSchema(schema: Schema, size: number): Schema {
  for (let depth = DEPTH_MAX; depth > 0; depth--) {
    const cut = cutSchema(schema, depth);
    if (JSON.stringify(cut).length <= size) return cut;
  }
  return open;
}

function cutSchema(schema: unknown, depth: number): Schema {
  if (depth === 0 || !isObject(schema)) return {};
  const cut: Record<string, unknown> = {};
  for (const keyword of plainKeywords) {
    const value = schema[keyword];
    if (isScalar(value)) cut[keyword] = value;
  }
  if (typeof schema.description === 'string') {
    cut.description = schema.description.slice(0, TEXT_MAX);
  }
  const { enum: values, required, properties, items, anyOf } = schema;
  // Half of a list would be a schema that refuses what the room takes.
  if (isShortList(values) && values.every(isScalar)) cut.enum = values;
  if (isObject(properties)) {
    const entries = Object.entries(properties).slice(0, ENTRIES_MAX);
    cut.properties = Object.fromEntries(
      entries.map(([name, value]) => [name, cutSchema(value, depth - 1)]),
    );
    if (Array.isArray(required)) {
      const names = new Set<unknown>(entries.map(([name]) => name));
      cut.required = required.filter((name) => names.has(name));
    }
  }
  if (isObject(items)) cut.items = cutSchema(items, depth - 1);
  // A union of literals is no deeper than a list of values.
  if (isShortList(anyOf)) cut.anyOf = anyOf.map((one) => cutSchema(one, Math.max(1, depth - 1)));
  return cut;
}

function isShortList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length <= ENTRIES_MAX;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
