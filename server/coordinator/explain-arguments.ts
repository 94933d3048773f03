// What a player reads about a command whose arguments do not fit: which one, what it must be, what it is.
import { isObject, nearName, shown, shownName } from '../games/index.ts';

/** An error of the validator. */
export interface ArgumentError {
  readonly keyword: string;
  /** A JSON pointer to the schema, of which the error is. */
  readonly schemaPath: string;
  /** A JSON pointer to the value. */
  readonly instancePath: string;
  readonly params: object;
}

type Schema = Readonly<Record<string, unknown>>;

const SENTENCE_MAX = 300;
const VALUES_MAX = 8;
const PATTERN_MAX = 60;

/** @param errors of the arguments, the first of them counts.
 *  @returns one sentence without control characters. */
export function explainArguments(
  command: string,
  schema: unknown,
  args: unknown,
  errors: readonly ArgumentError[],
): string {
  const sentence = explain(command, schema, args, errors);
  return sentence.length > SENTENCE_MAX ? `${sentence.slice(0, SENTENCE_MAX)}…` : sentence;
}

function explain(
  command: string,
  schema: unknown,
  args: unknown,
  errors: readonly ArgumentError[],
): string {
  // A value that fits no member of a union has an error for each of them, and one of the union last.
  const union = errors.find(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const first = errors[0];
  const error = union && first?.schemaPath.startsWith(`${union.schemaPath}/`) ? union : first;
  if (!error) return `${command}: the arguments are not as the game wants them`;
  const keys = keysOf(error.instancePath);
  const value = keys.reduce<unknown>((at, key) => (at as Schema | undefined)?.[key], args);
  const of = schemaAt(schema, error.schemaPath);
  const where = keys.length === 0 ? '' : nameOf(keys);
  const { keyword, params } = error as { keyword: string; params: Schema };
  if (keyword === 'required') {
    const missing = (params.requiredProperties as string[] | undefined)?.[0] ?? 'an argument';
    return `${command}: ${nameOf([...keys, missing])} is missing`;
  }
  if (keyword === 'boolean' || keyword === 'additionalProperties') {
    return unknownArgument(command, schema, error, keys);
  }
  if (value === undefined) return `${command}: ${where} is missing`;
  const what = wanted(keyword, params, of);
  if (keys.length === 0) return `${command} takes an object of arguments, but got ${said(value)}`;
  return `${command}: ${where} ${what}, but is ${said(value)}`;
}

function unknownArgument(
  command: string,
  schema: unknown,
  { schemaPath, instancePath, params }: ArgumentError,
  keys: readonly string[],
): string {
  const listed = (params as { additionalProperties?: unknown }).additionalProperties;
  const extra = Array.isArray(listed) ? String(listed[0]) : undefined;
  const path = extra === undefined ? keys : [...keysOf(instancePath), extra];
  const parent = schemaAt(
    schema,
    schemaPath.replace(/\/(additionalProperties|additionalItems)$/, ''),
  );
  const known =
    isObject(parent) && isObject(parent.properties) ? Object.keys(parent.properties) : [];
  const name = path.at(-1) ?? '';
  if (/^\d+$/.test(name) && known.length === 0) {
    return `${command}: ${nameOf(path.slice(0, -1))} has too many members`;
  }
  const near = nearName(name, known);
  const hint =
    near !== undefined ? `did you mean ${near}?` : `it takes ${andList(known) || 'no arguments'}`;
  return path.length > 1
    ? `${command}: ${nameOf(path.slice(0, -1))} has no ${shownName(name)}: ${hint}`
    : `${command} has no argument ${shownName(name)}: ${hint}`;
}

/** `must be …`, of the schema where that says more than the error. */
function wanted(keyword: string, params: Schema, schema: unknown): string {
  const of = isObject(schema) ? schema : {};
  switch (keyword) {
    case 'pattern':
      return `must match ${shownName(String(params.pattern).slice(0, PATTERN_MAX))}`;
    case 'uniqueItems':
      return 'must not hold a value twice';
    case 'anyOf':
    case 'oneOf':
      return `must be ${oneOf(of)}`;
    case 'format':
      return `must be a ${shownName(String(params.format))}`;
    default:
      return `must be ${kindOf(of)}`;
  }
}

/** A value of a schema in words. */
function kindOf(of: Schema): string {
  if ('const' in of) return said(of.const);
  if (Array.isArray(of.enum)) return choice(of.enum.map(said));
  if (Array.isArray(of.anyOf ?? of.oneOf)) return oneOf(of);
  switch (of.type) {
    case 'integer':
      return `a whole number${range(of)}`;
    case 'number':
      return `a number${range(of)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return `a text${amount(of.minLength, of.maxLength, 'character')}`;
    case 'array':
      return `a list${amount(of.minItems, of.maxItems, 'member')}`;
    case 'object':
      return isObject(of.properties)
        ? `an object of ${andList(Object.keys(of.properties))}`
        : 'an object';
    case 'null':
      return 'null';
    default:
      return 'as the game wants it';
  }
}

function oneOf(of: Schema): string {
  const members = (of.anyOf ?? of.oneOf) as unknown[];
  return choice([...new Set(members.map((member) => kindOf(isObject(member) ? member : {})))]);
}

function choice(words: readonly string[]): string {
  const shownWords = words.slice(0, VALUES_MAX);
  if (words.length > VALUES_MAX) return `one of ${shownWords.join(', ')} …`;
  return shownWords.length < 2
    ? (shownWords[0] ?? 'nothing')
    : `${shownWords.slice(0, -1).join(', ')} or ${shownWords.at(-1)}`;
}

function range(of: Schema): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = of;
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) parts.push(`from ${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`from ${minimum}`);
  else if (maximum !== undefined) parts.push(`of at most ${maximum}`);
  if (above !== undefined) parts.push(`greater than ${above}`);
  if (below !== undefined) parts.push(`less than ${below}`);
  if (multipleOf !== undefined) parts.push(`in steps of ${multipleOf}`);
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}

function amount(least: unknown, most: unknown, unit: string): string {
  const units = (count: unknown) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (least !== undefined && least === most) return ` of ${units(least)}`;
  if (least !== undefined && most !== undefined) return ` of ${least} to ${units(most)}`;
  if (least !== undefined) return ` of at least ${units(least)}`;
  return most === undefined ? '' : ` of at most ${units(most)}`;
}

const said = (value: unknown): string =>
  isObject(value)
    ? Array.isArray(value)
      ? `a list of ${value.length}`
      : 'an object'
    : shown(value);

function andList(names: readonly string[]): string {
  const shownNames = names.slice(0, VALUES_MAX).map(shownName);
  if (names.length > VALUES_MAX) return `${shownNames.join(', ')} …`;
  return shownNames.length < 2
    ? shownNames.join('')
    : `${shownNames.slice(0, -1).join(', ')} and ${shownNames.at(-1)}`;
}

function nameOf(keys: readonly string[]): string {
  return keys
    .map((key, i) =>
      /^\d+$/.test(key) && i > 0 ? `[${key}]` : `${i > 0 ? '.' : ''}${shownName(key)}`,
    )
    .join('');
}

const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** @param pointer such as `#/properties/dx`. */
function schemaAt(schema: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), schema);
}
