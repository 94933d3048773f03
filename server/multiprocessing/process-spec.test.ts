// A supervisor over real processes.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announce } from './fixture-tasks.ts';
import { isRunning, until } from './test-processes.ts';
import { processSpec, Supervisor, systemClock, target } from './toolkit.ts';

const fixture = new URL('./fixture-tasks.ts', import.meta.url);
const IDS = ['a', 'b', 'c'];
let folder: string;
let supervisor: Supervisor;
let deaths: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  deaths = [];
  supervisor = new Supervisor({
    clock: systemClock,
    strategy: 'rest-for-one',
    restartsMax: 3,
    restartPeriodMs: 60_000,
    died: ({ id }, { signal }) => deaths.push(`${id} ${signal}`),
    gaveUp: () => deaths.push('gave up'),
  });
});
afterEach(async () => {
  await supervisor.stop();
  rmSync(folder, { recursive: true });
});

/** The processes by their own account; 0: it has not begun. */
function pids(): number[] {
  return IDS.map((id) => {
    try {
      return Number(readFileSync(join(folder, id), 'utf8'));
    } catch {
      return 0;
    }
  });
}

describe('Supervised processes', () => {
  it('are started again when one is killed, with those after it, and all end with a stop', async () => {
    for (const id of IDS) {
      supervisor.add(processSpec({ id, target: target(fixture, announce), args: [folder] }));
    }
    await until(() => pids().every((pid) => pid > 0));
    const before = pids();
    process.kill(before[1]!, 'SIGKILL');
    const isNew = (): boolean[] => pids().map((pid, index) => pid > 0 && pid !== before[index]);
    await until(() => isNew()[1]! && isNew()[2]!);
    expect([isNew()[0], deaths]).toEqual([false, ['b SIGKILL']]);
    expect(before.map(isRunning)).toEqual([true, false, false]);
    await supervisor.stop();
    expect(pids().filter(isRunning)).toEqual([]);
  });
});
