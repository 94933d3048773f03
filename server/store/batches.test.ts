// A record of a room's journal, byte for byte.
import { describe, expect, it } from 'vitest';
import { inputCodec } from '../coordinator/input-codec.ts';
import type { Input } from '../coordinator/inputs.ts';
import { type Batch, decodeBatch, encodeBatch } from './batches.ts';
import { pack } from './msgpack.ts';
import { encodeRecord, PREFIX_BYTES } from './record-format.ts';

const inputs: Input[] = [
  { kind: 'join', player: 1, name: 'ann' },
  { kind: 'join', player: 2, name: 'bob', account: 'key', fence: 3_000_000 },
  { kind: 'connection', player: 1, connected: false },
  { kind: 'command', player: 2, seq: 300, name: 'walk', args: { dx: -1, dy: 0 }, call: true },
  { kind: 'command', player: 2, seq: 301, name: 'stop', args: undefined, call: false },
  { kind: 'refused', player: 2, seq: 302 },
  { kind: 'settled', n: 1, accepted: true, balance: 70_000 },
  { kind: 'account', player: 1, account: 'ann’s', fence: 4 },
  { kind: 'leave', player: 1 },
];
const batch: Batch<Input> = { tick: 1, now: 1.7e12, inputs };
/** As journals have it since they are of version 2. */
const golden = Buffer.from(
  [
    '6f0000000ddba14e9401cb4278bcfe568000009194a477616c6bc3a26478a264',
    '799d950101a3616e6ed40000d40000950102a3626f62a36b6579ce002dc6c093',
    '0301c20002cd012cff00960402cd012da473746f70d40000c2930502cd012e94',
    '0601c3ce00011170940701a7616e6ee280997304920201',
  ].join(''),
  'hex',
);
/** As the first had it. */
const older = Buffer.from(
  [
    '6f000000dbe50ae79301cb4278bcfe5680000099950101a3616e6ed40000d400',
    '00950102a3626f62a36b6579ce002dc6c0930301c2960402cd012ca477616c6b',
    '82a26478ffa2647900c3960402cd012da473746f70d40000c2930502cd012e94',
    '0601c3ce00011170940701a7616e6ee280997304920201',
  ].join(''),
  'hex',
);

describe('The record of a batch', () => {
  it('is written as it always was', () => {
    expect(encodeBatch(inputCodec, batch).toString('hex')).toBe(golden.toString('hex'));
  });

  it.each([
    ['it was written', golden],
    ['older versions wrote it', older],
  ])('is read as %s', (_, record) => {
    expect(decodeBatch(inputCodec, record.subarray(PREFIX_BYTES))).toEqual(batch);
  });

  it('is the same as one that is made of its body, in memory that no other uses', () => {
    const records = [1, 2, 3].map((tick) => encodeBatch(inputCodec, { tick, now: 0, inputs }));
    for (const record of records) {
      const body = Buffer.from(record.subarray(PREFIX_BYTES));
      expect(encodeRecord(body)).toEqual(record);
    }
  });

  it('of a tick without inputs has 23 bytes at most', () => {
    const empty = { tick: 0xffff_ffff, now: 1.7e12, inputs: [] };
    const record = encodeBatch(inputCodec, empty);
    expect(record).toHaveLength(23);
    expect(decodeBatch(inputCodec, record.subarray(PREFIX_BYTES))).toEqual(empty);
  });

  it('from before there were accounts has players without one', () => {
    const { inputs: read } = decodeBatch(inputCodec, pack([1, 0, [[1, 7, 'ann']]]));
    const join = { kind: 'join', player: 7, name: 'ann', account: undefined, fence: undefined };
    expect(read).toStrictEqual([join]);
  });
});
