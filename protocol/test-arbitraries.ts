// Arbitrary messages and rows for property tests, derived from the tables as the codec is.
import fc, { type Arbitrary } from 'fast-check';
import { type FieldType, type FieldValue, fieldTypes, type Kind, RowWriter } from './entities.ts';
import { isAnything, type RowForm } from './message-fields.ts';
import { type Message, type MessageName, messages } from './messages.ts';
import { type TSchema, Type } from './schema.ts';

/** The part of JSON Schema that the table of messages uses. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly rows?: RowForm;
}

/** Any character but lone surrogates, which UTF-8 does not have. */
const character = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0x80, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10_ffff }),
);
const text = (minLength = 0, maxLength = 40) =>
  fc
    .array(character, { minLength, maxLength })
    .map((codePoints) => String.fromCodePoint(...codePoints));

/** -0 is left out: msgpackr and JSON both write it as 0. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));

/** Values that both encodings carry unchanged: what JSON has, but for `__proto__` as a key. */
export function plainValue(depthMax: number): Arbitrary<unknown> {
  const leaf = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), finite, text());
  if (depthMax === 0) return leaf;
  const inner = plainValue(depthMax - 1);
  const key = text(0, 12).filter((name) => name !== '__proto__');
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.dictionary(key, inner, { maxKeys: 4, noNullPrototype: true }) },
  );
}

/** Values that a field of this type gives back as they were written. */
export function fieldArbitrary(type: FieldType): Arbitrary<FieldValue> {
  const { min, max } = fieldTypes[type] as { min?: number; max?: number };
  if (min !== undefined && max !== undefined) {
    return fc.oneof(fc.constantFrom(min, max, 0), fc.integer({ min, max }));
  }
  if (type === 'bool') return fc.boolean();
  if (type === 'string') return text(0, 60);
  if (type === 'f64') return finite;
  return fc
    .float({ noNaN: true, noDefaultInfinity: true })
    .map((number) => (number === 0 ? 0 : number));
}

export const idArbitrary = fc.oneof(
  fc.constantFrom(0, 127, 128, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

/** One entity as rows describe it. */
export interface Row {
  readonly kindIndex: number;
  readonly id: number;
  readonly mask: number;
  readonly values: FieldValue[];
}

export function rowArbitrary(kinds: readonly Kind[]): Arbitrary<Row> {
  return fc.nat(kinds.length - 1).chain((kindIndex) => {
    const { fields } = kinds[kindIndex]!;
    return fc.record({
      kindIndex: fc.constant(kindIndex),
      id: idArbitrary,
      mask: fc.nat(2 ** fields.length - 1),
      values: fc.tuple(...fields.map((field) => fieldArbitrary(field.type))),
    });
  });
}

/** Packs rows of one form. */
export function packRows(form: RowForm, kinds: readonly Kind[], rows: readonly Row[]): Buffer {
  const writer = new RowWriter(1);
  for (const { kindIndex, id, mask, values } of rows) {
    const kind = kinds[kindIndex]!;
    if (form === 'left') writer.left(id);
    else if (form === 'entered') writer.entered(kindIndex, kind, id, values);
    else writer.changed(kindIndex, kind, id, mask, values);
  }
  return Buffer.from(writer.written());
}

/** Any message of this name.
 *  @param kinds of the rows that it may hold. */
export function messageArbitrary(name: MessageName, kinds: readonly Kind[]): Arbitrary<Message> {
  const { fields } = messages[name] as { fields: Readonly<Record<string, TSchema>> };
  const arbitraries: Record<string, Arbitrary<unknown>> = { type: fc.constant(name) };
  const required = ['type'];
  for (const [field, schema] of Object.entries(fields)) {
    const value = fieldOf(schema, kinds);
    if (Type.IsOptional(schema)) arbitraries[field] = value.filter((v) => v !== null);
    else {
      arbitraries[field] = value;
      required.push(field);
    }
  }
  const model = { requiredKeys: required as never[], noNullPrototype: true };
  return fc.record(arbitraries, model) as Arbitrary<unknown> as Arbitrary<Message>;
}

function fieldOf(schema: TSchema, kinds: readonly Kind[]): Arbitrary<unknown> {
  if (isAnything(schema)) return plainValue(3);
  const { rows } = schema as Schema;
  if (rows === undefined) return ofSchema(schema);
  return fc
    .array(rowArbitrary(kinds), { maxLength: 6 })
    .map((entities) => packRows(rows, kinds, entities));
}

function ofSchema(schema: TSchema): Arbitrary<unknown> {
  const { type, minimum: min, maximum: max, ...rest } = schema as Schema;
  if (rest.enum) return fc.constantFrom(...rest.enum);
  switch (type) {
    case 'integer':
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min: min!, max: max! }));
    case 'number':
      return finite;
    case 'boolean':
      return fc.boolean();
    case 'string':
      return ofPattern(rest);
    case 'array':
      return fc.array(ofSchema(rest.items!), { maxLength: 5 });
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(rest.properties!).map(([k, v]) => [k, ofSchema(v)])),
        { noNullPrototype: true },
      );
    default:
      throw new Error(`the table uses a schema that has no arbitrary: ${JSON.stringify(schema)}`);
  }
}

function ofPattern({ pattern, minLength = 0, maxLength = 40 }: Schema): Arbitrary<string> {
  if (pattern === undefined) return text(minLength, maxLength);
  return fc
    .stringMatching(new RegExp(pattern, 'u'), { size: 'small' })
    .filter((s) => s.length >= minLength && s.length <= maxLength && s.isWellFormed());
}
