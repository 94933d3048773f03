// Messages between our own processes: tables of rows, and their form as arrays.
import type { Static, TObject, TSchema } from '../../protocol/schema.ts';

/** One message: its number in the array, and its fields in order. Peers are our own processes, of
 *  builds with the same tables, so fields have types and no checks. */
export interface ProcessMessageRow {
  readonly tag: number;
  readonly fields: Readonly<Record<string, TSchema>>;
}
export type ProcessMessageTable = Readonly<Record<string, ProcessMessageRow>>;

/** A message of the table as an object: its name as `type`, and its fields. */
export type MessageIn<T extends ProcessMessageTable> = {
  [K in keyof T & string]: { type: K } & Static<TObject<T[K]['fields']>>;
}[keyof T & string];

/** A table ready for use. */
export interface Codec<T extends ProcessMessageTable> {
  toArray(message: MessageIn<T>): unknown[];
  /** @returns undefined for a message that the table does not have: a newer build sent it. */
  fromArray(values: readonly unknown[]): MessageIn<T> | undefined;
}

export function codecOf<T extends ProcessMessageTable>(table: T): Codec<T> {
  const byTag: { name: string; fields: string[] }[] = [];
  const byName = new Map<string, { tag: number; fields: string[] }>();
  for (const [name, row] of Object.entries(table)) {
    const fields = Object.keys(row.fields);
    byTag[row.tag] = { name, fields };
    byName.set(name, { tag: row.tag, fields });
  }
  return {
    toArray(message) {
      const { tag, fields } = byName.get(message.type)!;
      const values: unknown[] = [tag];
      for (const field of fields) values.push((message as Record<string, unknown>)[field]);
      return values;
    },
    fromArray(values) {
      const row = byTag[values[0] as number];
      if (!row) return undefined;
      const { name, fields } = row;
      const message: Record<string, unknown> = { type: name };
      for (let i = 0; i < fields.length; i++) message[fields[i]!] = values[i + 1];
      return message as MessageIn<T>;
    },
  };
}
