// A state and its inputs as a file: what is read is what was appended, and it does not grow forever.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, StateLog, systemDisk } from './index.ts';

let folder: string;
let options: { path: string; policy: 'never' };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  options = { path: join(folder, 'below', 'state.log'), policy: 'never' };
});
afterEach(() => rmSync(folder, { recursive: true }));

function read() {
  const { state, since } = StateLog.read(options)!;
  return { state, since: [...since] };
}

describe('The log of a state', () => {
  it('is nothing where there is none', () => {
    expect(StateLog.read(options)).toBeUndefined();
  });

  it('gives the state and what was appended since, in order', async () => {
    const log = await StateLog.begin(options, { sum: 1 });
    for (const input of [2, [3, 'x']]) log.append(input);
    expect(read()).toEqual({ state: { sum: 1 }, since: [2, [3, 'x']] });
    log.close();
    (await StateLog.begin(options, 'new')).close();
    expect(read()).toEqual({ state: 'new', since: [] });
  });

  it('is short again when it has been compacted', async () => {
    const log = await StateLog.begin(options, 0);
    const text = 'x'.repeat(1_000_000);
    expect(log.isLong).toBe(false);
    while (!log.isLong) log.append(text);
    expect(statSync(options.path).size).toBeLessThan(10_000_000);
    log.compact(5);
    log.append(6);
    expect([log.isLong, read()]).toEqual([false, { state: 5, since: [6] }]);
    log.close();
  });

  it('is as it was when it cannot be begun anew, and lets go of the file', async () => {
    (await StateLog.begin(options, 'old')).close();
    let open = 0;
    const disk: Disk = {
      ...systemDisk,
      create(path) {
        open++;
        return systemDisk.create(path);
      },
      close(fd) {
        open--;
        systemDisk.close(fd);
      },
      syncLater: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    };
    await expect(StateLog.begin({ ...options, disk }, 'new')).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect([read().state, open]).toEqual(['old', 0]);
  });
});
