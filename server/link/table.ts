// Messages between our own processes: tables of rows, and their form as arrays.
import type { Static, TObject, TSchema } from '../../protocol/schema.ts';
import { type Row, type RowCodec, rowCodec } from '../row-codec.ts';

/** One message. Peers are our own processes, of builds with the same tables, so fields have types and
 *  no checks. */
export interface ProcessMessageRow extends Row {
  readonly fields: Readonly<Record<string, TSchema>>;
}
export type ProcessMessageTable = Readonly<Record<string, ProcessMessageRow>>;

/** A message of the table as an object: its name as `type`, and its fields. */
export type MessageIn<T extends ProcessMessageTable> = {
  [K in keyof T & string]: { type: K } & Static<TObject<T[K]['fields']>>;
}[keyof T & string];

/** A table ready for use. A message that the table does not have is undefined: a newer build sent it. */
export type Codec<T extends ProcessMessageTable> = RowCodec<MessageIn<T>, undefined>;

export function codecOf<T extends ProcessMessageTable>(table: T): Codec<T> {
  return rowCodec(table, 'type', () => undefined);
}
