// A journal that is made short in slices while the group goes on is read as the state that it is of.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SyncInput, SyncState, syncInputCodec } from '../../coordinator/sync/index.ts';
import { CompactedLog, pack } from '../../store/index.ts';
import { SyncJournal } from './sync-journal.ts';

const restarted: SyncInput = { kind: 'restarted', graceMs: 60_000, forgot: false };
const queue = { name: 'q', received: 0, task: 0, quiet: false, timeoutMs: null, auto: false };
const ITEMS = 3000;
const spec = { kind: 'queue', maxSize: ITEMS } as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns what is saved, but for the times, which go on with each opening. */
function savedOf(state: SyncState): unknown {
  const { owners, objects } = state.save();
  return JSON.parse(JSON.stringify({ owners, objects }));
}

it('has a long queue, items that are taken, puts that wait, and the inputs that came during the compaction', async () => {
  const { journal, state } = await SyncJournal.open({ folder }, restarted);
  let request = 0;
  const feed = (owner: string, input: object) => {
    const all = { ...queue, ...input, owner, request: ++request } as unknown as SyncInput;
    // Without the fields that it has for other kinds.
    const whole = syncInputCodec.fromArray(syncInputCodec.toArray(all));
    state.apply(1, whole);
    journal.add(whole);
  };
  for (const owner of ['ada', 'bob']) {
    feed(owner, { kind: 'attach' });
    feed(owner, { kind: 'open', spec });
  }
  for (let i = 0; i < ITEMS + 200; i++) feed('ada', { kind: 'put', value: `${i}`.repeat(40) });
  for (let i = 0; i < 150; i++) feed('bob', { kind: 'get' });
  journal.write(1);
  // The compacted journal is another file with the same name.
  const file = () => statSync(join(folder, 'sync.log')).ino;
  for (const before = file(); file() === before; ) {
    feed('bob', { kind: 'get' });
    feed('bob', { kind: 'confirm', item: 0 });
    feed('ada', { kind: 'put', value: 'meanwhile' });
    journal.write(1);
    await new Promise(setImmediate);
  }
  feed('ada', { kind: 'put', value: 'last' });
  journal.write(1);
  await journal.close();
  state.apply(1, restarted);
  const again = await SyncJournal.open({ folder }, restarted);
  await again.journal.close();
  expect(savedOf(again.state)).toEqual(savedOf(state));
});

it('of version 2, with the whole state in its first record, goes on', async () => {
  const before = new SyncState();
  before.apply(1, { kind: 'attach', owner: 'ada', received: 0 });
  const open = { ...queue, kind: 'open', owner: 'ada', request: 1, spec } as unknown as SyncInput;
  before.apply(1, open);
  const put = {
    ...queue,
    kind: 'put',
    owner: 'ada',
    request: 2,
    value: 'a',
  } as unknown as SyncInput;
  before.apply(1, put);
  const saved = before.save();
  const owners = saved.owners.map(({ opens: _, ...owner }) => owner);
  const objects = saved.objects.map((object) => ({ ...object, openers: [['ada', 1]] }));
  const path = join(folder, 'sync.log');
  const { log } = CompactedLog.open({
    path,
    format: { magic: 'HFT1', version: 2 },
    policy: 'never',
  });
  log.append(pack({ ...saved, owners, objects, offset: 0 }));
  const next = { ...put, request: 3 };
  log.append(pack([2, [syncInputCodec.toArray(next)]]));
  await log.close();
  before.apply(2, next);
  before.apply(2, restarted);
  const { journal, state } = await SyncJournal.open({ folder }, restarted);
  await journal.close();
  expect(savedOf(state)).toEqual(savedOf(before));
});

it('with a part of a state only is refused by its name', async () => {
  const path = join(folder, 'sync.log');
  const { log } = CompactedLog.open({
    path,
    format: { magic: 'HFT1', version: 3 },
    policy: 'never',
  });
  log.append(pack(['owners', []]));
  await log.close();
  await expect(SyncJournal.open({ folder }, restarted)).rejects.toThrow(/sync\.log.*not whole/);
});
