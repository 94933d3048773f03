// Reads a file of records that others append to or replace: each record once, however often it is read.
import { decodeRecords, type FileFormat, HEADER_BYTES, type Records } from './record-format.ts';

/** What has come since the last time. */
export interface NewRecords extends Records {
  /** The file goes on from what was read before; else it is another, and these are all. */
  readonly isContinued: boolean;
}

export class RecordReader {
  /** The whole records that were read, as bytes: a file that was replaced has others, whatever its
   *  name and number are. */
  private known: Buffer = Buffer.alloc(0);

  /** @param bytes the file's.
   *  @throws {StoreError} as `decodeRecords` does; what was read before counts then as before. */
  read(path: string, bytes: Buffer, format: FileFormat): NewRecords {
    const { known } = this;
    const isContinued = known.length > 0 && bytes.subarray(0, known.length).equals(known);
    const from = isContinued ? known.length : HEADER_BYTES;
    const records = decodeRecords(path, bytes, format, from);
    this.known = bytes.subarray(0, records.end);
    return { ...records, isContinued };
  }
}
