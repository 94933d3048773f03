// Says what is wrong with the kinds of entities of a game.
import { FIELDS_MAX, fieldTypes, KINDS_MAX } from '../../protocol/index.ts';
import { nearName } from './near-name.ts';
import { isObject, type Problem, shown, shownName } from './problem.ts';

const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const NAME = 'a name is 1 to 40 letters, digits, - or _, beginning with a letter';
/** Properties that an entity has of its own. */
const RESERVED = new Set(['id', 'removed', 'values', 'mask', 'fresh', 'kind', 'constructor']);
const TYPES = Object.keys(fieldTypes);

/** What other languages and JavaScript call the types of fields. */
const otherTypes: Readonly<Record<string, string>> = {
  byte: 'u8',
  int: 'i32',
  integer: 'i32',
  uint: 'u32',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  uint8: 'u8',
  uint16: 'u16',
  uint32: 'u32',
  number: 'f64',
  float: 'f32',
  f16: 'f32',
  float32: 'f32',
  float64: 'f64',
  double: 'f64',
  boolean: 'bool',
  str: 'string',
  text: 'string',
};

export function checkEntities(entities: unknown): Problem[] {
  const path = ['entities'];
  if (!isObject(entities)) {
    return [{ path, text: 'entities must be an object: a kind’s name and its fields' }];
  }
  const kinds = Object.entries(entities);
  const problems: Problem[] = [];
  if (kinds.length > KINDS_MAX) {
    problems.push({ path, text: `there may be at most ${KINDS_MAX} kinds, not ${kinds.length}` });
  }
  for (const [kind, fields] of kinds) {
    const at = [...path, kind];
    if (!WORD.test(kind)) {
      problems.push({ path: at, text: `entities: ${shown(kind)} is no name for a kind: ${NAME}` });
    }
    if (isObject(fields)) problems.push(...checkFields(at, fields));
    else {
      const text = `${named(at)} must be an object: a field’s name and its type`;
      problems.push({ path: at, text });
    }
  }
  return problems;
}

function checkFields(path: readonly string[], fields: Record<string, unknown>): Problem[] {
  const problems: Problem[] = [];
  const names = Object.keys(fields);
  if (names.length > FIELDS_MAX) {
    const text = `${named(path)} may have at most ${FIELDS_MAX} fields, not ${names.length}`;
    problems.push({ path, text });
  }
  for (const name of names) {
    const at = [...path, name];
    if (RESERVED.has(name)) {
      const text = `${named(path)}: every entity has ${name} of its own: give the field another name`;
      problems.push({ path: at, text });
    } else if (!WORD.test(name)) {
      const text = `${named(path)}: ${shown(name)} is no name for a field: ${NAME}`;
      problems.push({ path: at, text });
    }
    const given = fields[name];
    const type = isObject(given) ? given.hidden : given;
    if (typeof type === 'string' && Object.hasOwn(fieldTypes, type)) continue;
    problems.push({ path: at, text: `${named(at)} ${noType(type)}` });
  }
  return problems;
}

function noType(type: unknown): string {
  const word = typeof type === 'function' ? type.name : type;
  if (typeof word === 'string') {
    const lower = word.toLowerCase();
    const near = Object.hasOwn(otherTypes, lower) ? otherTypes[lower] : nearName(word, TYPES);
    if (near !== undefined) return `has no type ${shownName(word)}: did you mean '${near}'?`;
  }
  return `must be one of ${TYPES.join(', ')}, or hidden(one of them), but is ${shown(type)}`;
}

const named = (path: readonly string[]): string => path.map(shownName).join('.');
