// Rows of entities as JSON objects: `{kind, id, field, …}`, `{id, field, …}` and plain ids.
import { type FieldType, type FieldValue, type Kind, RowReader, RowWriter } from './entities.ts';
import { ProtocolError } from './errors.ts';
import type { RowForm } from './message-fields.ts';

/** Objects with named fields for packed rows. */
export function rowsToJson(form: RowForm, kinds: readonly Kind[], rows: Uint8Array): unknown[] {
  const reader = new RowReader(kinds, rows);
  const objects: unknown[] = [];
  const values: FieldValue[] = [];
  const target = () => values;
  switch (form) {
    case 'left':
      while (reader.nextLeft()) objects.push(reader.id);
      break;
    case 'entered':
      while (reader.nextEntered(target)) objects.push(named(reader, values, -1));
      break;
    case 'changed':
      while (reader.nextChanged(target)) objects.push(named(reader, values, reader.mask));
      break;
    default:
      form satisfies never;
  }
  return objects;
}

function named(reader: RowReader, values: FieldValue[], mask: number): Record<string, unknown> {
  const { kind } = reader;
  const object: Record<string, unknown> = { kind: kind.name, id: reader.id };
  for (let i = 0; i < kind.fields.length; i++) {
    if ((mask & (1 << i)) !== 0) object[kind.fields[i]!.name] = values[i];
  }
  return object;
}

/** Packed rows for objects with named fields; a field that is not given has not changed.
 *  @throws {ProtocolError} `BAD_MESSAGE` for what is not rows of `kinds`. */
export function rowsFromJson(form: RowForm, kinds: readonly Kind[], json: unknown): Buffer {
  const writer = new RowWriter();
  if (!Array.isArray(json)) throw new ProtocolError('BAD_MESSAGE', `${form} is not an array`);
  for (const object of json) {
    if (form === 'left') {
      if (!isId(object)) throw new ProtocolError('BAD_MESSAGE', 'left is not an array of ids');
      writer.left(object);
    } else writeObject(writer, form, kinds, object);
  }
  return Buffer.from(writer.written());
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function writeObject(
  writer: RowWriter,
  form: 'entered' | 'changed',
  kinds: readonly Kind[],
  object: Record<string, unknown> | null,
): void {
  const kindIndex = kinds.findIndex((kind) => kind.name === object?.kind);
  const kind = kinds[kindIndex];
  const id = object?.id;
  if (!object || !kind || !isId(id)) {
    throw new ProtocolError('BAD_MESSAGE', `${form} holds a row without a known kind or an id`);
  }
  let mask = 0;
  const values = kind.fields.map((field, i) => {
    if (!Object.hasOwn(object, field.name)) return 0;
    mask |= 1 << i;
    return fieldFromJson(form, field.type, object[field.name]);
  });
  if (form === 'entered' && mask !== 2 ** kind.fields.length - 1) {
    throw new ProtocolError('BAD_MESSAGE', `${form} holds a row that lacks a field`);
  }
  try {
    if (form === 'entered') writer.entered(kindIndex, kind, id, values);
    else writer.changed(kindIndex, kind, id, mask, values);
  } catch (cause) {
    throw new ProtocolError('BAD_MESSAGE', `${form}: ${(cause as Error).message}`);
  }
}

/** JSON has no NaN and no infinity: they are null, and come back as NaN. */
function fieldFromJson(form: RowForm, type: FieldType, value: unknown): FieldValue {
  if (value === null && (type === 'f32' || type === 'f64')) return Number.NaN;
  if (typeof value !== jsonTypes[type]) {
    throw new ProtocolError('BAD_MESSAGE', `${form} holds ${JSON.stringify(value)} for a ${type}`);
  }
  return value as FieldValue;
}

const jsonTypes = {
  u8: 'number',
  u16: 'number',
  u32: 'number',
  i8: 'number',
  i16: 'number',
  i32: 'number',
  f32: 'number',
  f64: 'number',
  bool: 'boolean',
  string: 'string',
} as const satisfies Record<FieldType, string>;
