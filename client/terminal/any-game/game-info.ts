// What the server says of a game, read with care: its world, and its commands with their arguments.

export interface GameInfo {
  readonly name: string;
  /** One sentence about the game; '' where there is none. */
  readonly text: string;
  readonly world: WorldSize | undefined;
  readonly commands: readonly CommandInfo[];
}

export interface WorldSize {
  readonly width: number;
  readonly height: number;
}

export interface CommandInfo {
  readonly name: string;
  /** What its author says of it; '' where that is nothing. */
  readonly text: string;
  readonly args: readonly ArgInfo[];
}

export type ArgValue = string | number | boolean;

export interface ArgInfo {
  readonly name: string;
  readonly isOptional: boolean;
  /** `any`: a list, an object, or a value of several types. */
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'any';
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The only values that it takes; empty where there are others. */
  readonly values: readonly ArgValue[];
  readonly text: string;
}

/** A row of the list of games. */
export interface GameRow {
  readonly name: string;
  /** How many players are matched for a room; 1 in a game that is joined alone. */
  readonly matched: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param value the answer to `games`. */
export function gameRowsOf(value: unknown): GameRow[] {
  return listOf(value)
    .filter((row) => typeof row.name === 'string')
    .map((row) => ({
      name: String(row.name),
      matched: isFields(row.match) ? (numberOf(row.match.players) ?? 2) : 1,
    }));
}

/** @param value the answer to `games {game}`.
 *  @returns undefined where it does not tell of the game. */
export function gameInfoOf(value: unknown, name: string): GameInfo | undefined {
  const found = listOf(value).find((row) => row.name === name);
  if (!found) return undefined;
  const { world } = found;
  const width = isFields(world) ? numberOf(world.width) : undefined;
  const height = isFields(world) ? numberOf(world.height) : undefined;
  return {
    name,
    text: textOf(found.text),
    world: width && height ? { width, height } : undefined,
    commands: listOf(found.commands)
      .filter((command) => typeof command.name === 'string')
      .map(({ name, args }) => commandOf(String(name), isFields(args) ? args : {})),
  };
}

function commandOf(name: string, schema: Fields): CommandInfo {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isFields(schema.properties) ? Object.entries(schema.properties) : [];
  const args = properties.map(([arg, value]) =>
    argOf(arg, isFields(value) ? value : {}, !required.includes(arg)),
  );
  return { name, text: textOf(schema.description), args };
}

function argOf(name: string, schema: Fields, isOptional: boolean): ArgInfo {
  const values = valuesOf(schema);
  const type = typeOf(schema.type) ?? typeOf(typeof values[0]) ?? 'any';
  return {
    name,
    isOptional,
    type: values.every((value) => typeof value === typeof values[0]) ? type : 'any',
    min: numberOf(schema.minimum) ?? numberOf(schema.exclusiveMinimum),
    max: numberOf(schema.maximum) ?? numberOf(schema.exclusiveMaximum),
    values,
    text: textOf(schema.description),
  };
}

/** The values of a constant, of a list of values, or of a union of constants. */
function valuesOf({ const: only, enum: list, anyOf }: Fields): ArgValue[] {
  if (isValue(only)) return [only];
  if (Array.isArray(list)) return list.filter(isValue);
  const constants = listOf(anyOf).map((one) => one.const);
  return constants.every(isValue) ? constants : [];
}

function typeOf(type: unknown): ArgInfo['type'] | undefined {
  const isKnown =
    type === 'integer' || type === 'number' || type === 'string' || type === 'boolean';
  return isKnown ? type : undefined;
}

function isValue(value: unknown): value is ArgValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
