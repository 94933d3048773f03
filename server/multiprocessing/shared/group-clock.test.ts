// The time of a group, and what it gives out by it, while the clock of the machine is set.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GroupClock } from './group-clock.ts';
import { Group } from './index.ts';
import { SyncJournal } from './sync-journal.ts';
import { SyncServer } from './sync-server.ts';

const HOUR_MS = 3_600_000;
const restarted = { kind: 'restarted', graceMs: 1000, forgot: false } as const;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('The clock of a group', () => {
  it('goes on where another process serves the group, and stands still while the machine reboots', () => {
    let uptime = 5000;
    const first = new GroupClock({ now: 0, offset: 0 }, () => uptime);
    uptime = 6000;
    const saved = { now: first.now(), offset: first.offset };
    uptime = 9000;
    expect(new GroupClock(saved, () => uptime).now()).toBe(9000);
    uptime = 10;
    const after = new GroupClock(saved, () => uptime);
    expect(after.now()).toBe(6000);
    uptime = 20;
    expect(after.now()).toBe(6010);
  });

  it('goes on from the time of the day, which earlier versions have written down', () => {
    const saved = { now: 1.7e12, offset: undefined };
    const clock = new GroupClock(saved, () => 5000);
    expect(clock.now()).toBe(1.7e12);
  });
});

describe('While the clock of the machine is set back by an hour', () => {
  it('a lease that is in the journal ends in its time', async () => {
    let uptime = 5000;
    const open = () => SyncJournal.open({ folder, uptimeMs: () => uptime }, restarted);
    const first = await open();
    const tell = (kind: string, request: number, more: object) => {
      const input = { kind, owner: 'ada', request, received: 0, quiet: false, name: 'l', ...more };
      first.state.apply(first.clock.now(), input as never);
      first.journal.add(input as never);
    };
    tell('attach', 0, {});
    tell('open', 1, { spec: { kind: 'lock' } });
    tell('acquire', 2, { task: 0, timeoutMs: null, leaseMs: 2000 });
    first.journal.write(first.clock.now());
    await first.journal.close();
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now - HOUR_MS);
    uptime += 1500;
    const second = await open();
    const dueAt = () => second.state.nextDeadline()! - second.clock.now();
    expect(dueAt()).toBeLessThanOrEqual(500);
    uptime += 600;
    const replies = second.state.apply(second.clock.now(), { kind: 'expire' });
    expect(replies).toMatchObject([{ kind: 'lost', owner: 'ada', name: 'l' }]);
    await second.journal.close();
  });

  it('a later coordinator of the same group gives out higher fencing numbers', async () => {
    const key = Buffer.alloc(32, 7);
    const path = join(folder, 'socket');
    const environment = { HOLDFAST_GROUP: path, HOLDFAST_GROUP_KEY: key.toString('hex') };
    const fenceOrigin = (Date.now() - process.hrtime()[0] * 1000) * 1000;
    const fence = async () => {
      const server = await SyncServer.listen({ path, key, fenceOrigin });
      const group = await Group.join(environment);
      const held = await (await group.lock('l')).acquire();
      await group.close();
      await server.close();
      return held.fence;
    };
    const first = await fence();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - HOUR_MS);
    expect(await fence()).toBeGreaterThan(first);
  });
});
