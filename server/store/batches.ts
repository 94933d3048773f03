// The records of a room's journal: one for each batch that the room applied.
import { pack, unpack } from './msgpack.ts';
import { type FileFormat, PREFIX_BYTES, withPrefix } from './record-format.ts';

export const journalFormat: FileFormat = { magic: 'HFJ1', version: 2 };

/** What a room applied in one tick. */
export interface Batch<I> {
  readonly tick: number;
  /** The room's time of the tick, in ms since 1970. */
  readonly now: number;
  readonly inputs: readonly I[];
}

/** How inputs are written, as the room's own table says. */
export interface InputCodec<I> {
  write(inputs: readonly I[]): readonly unknown[];
  /** @param written also as older versions wrote it. */
  read(written: readonly unknown[]): I[];
  /** @returns what is applied in the place of an input that ends its process. */
  setAside(input: I): I;
}

/** Stands in a segment when the disk has all of the segment before it. */
export const SEAL = pack(null);

/** @returns a whole record; that of a tick without inputs has 23 bytes at most. */
export function encodeBatch<I>(codec: InputCodec<I>, { tick, now, inputs }: Batch<I>): Buffer {
  const values = inputs.length === 0 ? [tick, now] : [tick, now, ...codec.write(inputs)];
  return withPrefix(pack(values, PREFIX_BYTES));
}

export function decodeBatch<I>(codec: InputCodec<I>, body: Buffer): Batch<I> {
  const [tick, now, ...written] = unpack(body) as [number, number, ...unknown[]];
  return { tick, now, inputs: written.length === 0 ? [] : codec.read(written) };
}
