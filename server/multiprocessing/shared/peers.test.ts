// The memory that the processes of a group may have the coordinator hold.
import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Packr } from 'msgpackr';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { inputKinds } from '../../coordinator/sync/index.ts';
import { HELD_BYTES_MAX, Peers } from './peers.ts';
import { FRAME_BYTES_MAX } from './wire.ts';

let peers: Peers;
let owners: Set<string>;
let lost: string[];
let faults: string[];

beforeEach(() => {
  owners = new Set();
  lost = [];
  faults = [];
  peers = new Peers({
    ownersMax: 1000,
    owners: () => owners,
    received: () => {},
    lost: (owner) => lost.push(owner),
    fault: (text) => faults.push(text),
  });
  onTestFinished(() => peers.close());
});

async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await setImmediate();
}

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** @returns the end of an attached process, which reads nothing. */
function attached(owner: string): Duplex {
  const [theirs, ours] = duplexPair();
  peers.accept(ours as unknown as Socket, 1);
  const body = packr.pack([[inputKinds.attach.tag, owner, 0]]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  theirs.write(Buffer.concat([length, body]));
  return theirs;
}

const part = Buffer.alloc(FRAME_BYTES_MAX);
part.writeUInt32LE(FRAME_BYTES_MAX);

describe('The coordinator of a group', () => {
  it('holds a bounded part of frames that do not end, and cuts off the processes with the most', async () => {
    const count = 80;
    for (let i = 0; i < count; i++) {
      attached(`1-${i}`).write(part);
      await settle();
    }
    const kept = count - lost.length;
    expect(kept * FRAME_BYTES_MAX).toBeLessThanOrEqual(HELD_BYTES_MAX);
    expect(kept).toBeGreaterThan(60);
    expect(faults).toHaveLength(lost.length);
    expect(faults[0]).toContain(`it has ${FRAME_BYTES_MAX} bytes of replies that it does not read`);
  });

  it('cuts off the process whose unread replies are the most, and no other one', async () => {
    for (const owner of ['1-greedy', '1-modest']) attached(owner);
    await settle();
    const value = Buffer.alloc(2_000_000);
    peers.send('1-modest', [0, '', value]);
    for (let i = 0; i < 70; i++) {
      peers.send('1-greedy', [0, '', value]);
      await settle();
    }
    expect(lost).toEqual(['1-greedy']);
    expect(peers.has('1-modest')).toBe(true);
  });

  it('cuts off a process that knows the key and does not attach within ten seconds, and no other one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    attached('1-quick');
    const [theirs, ours] = duplexPair();
    peers.accept(ours as unknown as Socket, 7);
    await settle();
    vi.advanceTimersByTime(9_999);
    await settle();
    expect(theirs.destroyed || ours.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await settle();
    expect(ours.destroyed).toBe(true);
    expect(faults).toEqual([expect.stringMatching(/process 7 .* not attached within 10 s/)]);
    expect(peers.has('1-quick')).toBe(true);
  });
});
