// The records of a room's journal: one for each batch that the room applied.
import { pack, unpack } from './msgpack.ts';
import { type FileFormat, PREFIX_BYTES, withPrefix } from './record-format.ts';

export const journalFormat: FileFormat = { magic: 'HFJ1', version: 1 };

/** What a room applied in one tick. */
export interface Batch<I> {
  readonly tick: number;
  /** The room's time of the tick, in ms since 1970. */
  readonly now: number;
  readonly inputs: readonly I[];
}

/** How inputs are written, as the room's own table says. */
export interface InputCodec<I> {
  toArray(input: I): unknown[];
  fromArray(values: readonly unknown[]): I;
  /** @returns what is applied in the place of an input that ends its process. */
  setAside(input: I): I;
}

/** Stands in a segment when the disk has all of the segment before it. */
export const SEAL = pack(null);

/** @returns a whole record; that of a tick without inputs has 23 bytes at most. */
export function encodeBatch<I>({ toArray }: InputCodec<I>, batch: Batch<I>): Buffer {
  const { tick, now, inputs } = batch;
  const values = inputs.length === 0 ? [tick, now] : [tick, now, inputs.map(toArray)];
  return withPrefix(pack(values, PREFIX_BYTES));
}

export function decodeBatch<I>({ fromArray }: InputCodec<I>, body: Buffer): Batch<I> {
  const [tick, now, inputs = []] = unpack(body) as [number, number, unknown[][]?];
  return { tick, now, inputs: inputs.map(fromArray) };
}
