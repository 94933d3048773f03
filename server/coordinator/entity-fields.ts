// The fields of a kind: their order, where its place is among them, and which values they take.
import {
  FIELD_STRING_BYTES_MAX,
  type FieldType,
  type FieldValue,
  fieldTypes,
} from '../../protocol/index.ts';
import { type FieldSpec, type KindSpec, shown } from '../games/index.ts';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly hidden: boolean;
}

/** What a field is before it is set. */
export const zero = Object.fromEntries(
  Object.keys(fieldTypes).map((type) => [
    type,
    type === 'string' ? '' : type === 'bool' ? false : 0,
  ]),
) as Record<FieldType, FieldValue>;

/** Shown fields first, so that the mask's bits are those of the kind. */
export function orderFields(spec: KindSpec): Field[] {
  const fields = Object.entries(spec).map(([name, of]: [string, FieldSpec]) =>
    typeof of === 'string'
      ? { name, type: of, hidden: false }
      : { name, type: of.hidden, hidden: true },
  );
  return [...fields.filter((field) => !field.hidden), ...fields.filter((field) => field.hidden)];
}

/** Where a kind has its x and y among its fields. */
export interface PlaceOf {
  readonly xAt: number;
  readonly yAt: number;
}

/** @returns undefined for a kind that does not have both as numbers. */
export function placeOf(fields: readonly Field[]): PlaceOf | undefined {
  const at = (name: string) =>
    fields.findIndex(
      (field) => field.name === name && field.type !== 'string' && field.type !== 'bool',
    );
  const xAt = at('x');
  const yAt = at('y');
  return xAt < 0 || yAt < 0 ? undefined : { xAt, yAt };
}

/** The value as the field will hold it, the same after any restore: an f32 is rounded, -0 is 0, and
 *  half a surrogate pair is the replacement character.
 *  @throws {RangeError} where the type cannot hold it. */
export function checkedValue(
  kind: string,
  name: string,
  fieldType: FieldType,
  value: unknown,
): FieldValue {
  const refused = (what: string): RangeError =>
    new RangeError(`${kind}.${name} is ${fieldType}: ${what}, but got ${shown(value)}`);
  switch (fieldType) {
    case 'bool':
      if (typeof value !== 'boolean') throw refused('true or false');
      return value;
    case 'string':
      if (typeof value !== 'string' || Buffer.byteLength(value) > FIELD_STRING_BYTES_MAX) {
        throw refused(`a string of at most ${FIELD_STRING_BYTES_MAX} bytes`);
      }
      return value.toWellFormed();
    case 'f32':
    case 'f64': {
      const number = fieldType === 'f32' ? Math.fround(value as number) : value;
      if (typeof value !== 'number' || !Number.isFinite(number)) throw refused('a finite number');
      return (number as number) + 0;
    }
    default: {
      const { min, max } = fieldTypes[fieldType];
      if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
        throw refused(`a whole number from ${min} to ${max}`);
      }
      return (value as number) + 0;
    }
  }
}
