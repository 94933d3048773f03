// What the fields of messages are made of: schemas that several rows of the table share.

import { fieldTypes, type Kind } from './entities.ts';
import { type TSchema, Type } from './schema.ts';

export const u32 = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description });
export const text = (maxLength: number, description: string, minLength = 0) =>
  Type.String({ minLength, maxLength, description });
export const word = (description: string) =>
  Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z][A-Za-z0-9_-]*$', description });
/** Characters that do something to a terminal or to the text around them, or that show nothing:
 *  controls, line separators, bidirectional embeddings, overrides and isolates, zero-width spaces. */
const ACTIVE =
  '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb';
/** Text that other players see: something visible, and nothing that acts on what shows it. */
export const shownText = (maxLength: number, description?: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: `^[^${ACTIVE}]*[^${ACTIVE}\\s][^${ACTIVE}]*$`,
    ...(description !== undefined && { description }),
  });
/** Takes any value that both encodings can carry. */
export const anything = (description: string) =>
  Type.Unsafe<unknown>({ description, anything: true });

/** Whether the field is made by `anything`. */
export function isAnything(field: TSchema): boolean {
  return (field as { anything?: boolean }).anything === true;
}

export const room = u32('The room’s number; 0 is the lobby.');
export const seq = Type.Integer({
  minimum: 1,
  maximum: 0xffff_ffff,
  description: 'Counts the commands and calls of this session in this room, from 1, without a gap.',
});
export const request = Type.Optional(
  u32('A number of the client’s choice, repeated in the answer.'),
);
export const code = word('What happened, for programs.');
export const sentence = text(1000, 'What happened, for people.');

export const kinds = Type.Unsafe<Kind[]>(
  Type.Array(
    Type.Object({
      name: Type.String(),
      fields: Type.Array(
        Type.Object({
          name: Type.String(),
          type: Type.Enum(Object.keys(fieldTypes)),
        }),
      ),
    }),
    { description: 'The entity kinds of the room; rows name them by position.' },
  ),
);

/** How much of an entity a row has: all fields, those that changed, or only its number. */
export type RowForm = 'entered' | 'changed' | 'left';

/** Rows of entities: packed bytes in the binary encoding, objects with named fields in JSON lines. */
export const rows = (form: RowForm, description: string) =>
  Type.Refine(
    Type.Unsafe<Uint8Array>({ description, rows: form }),
    (value) => value instanceof Uint8Array,
    () => 'must be packed rows',
  );
