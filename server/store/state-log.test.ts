// A state and its inputs as a file: what is read is what was appended, and it does not grow forever.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateLog } from './index.ts';

let folder: string;
let options: { path: string; policy: 'never' };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  options = { path: join(folder, 'below', 'state.log'), policy: 'never' };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('The log of a state', () => {
  it('is nothing where there is none', () => {
    expect(StateLog.read(options)).toBeUndefined();
  });

  it('gives the state and what was appended since, in order', () => {
    const log = StateLog.begin(options, { sum: 1 });
    for (const input of [2, [3, 'x']]) log.append(input);
    expect(StateLog.read(options)).toEqual({ state: { sum: 1 }, since: [2, [3, 'x']] });
    log.close();
    StateLog.begin(options, 'new').close();
    expect(StateLog.read(options)).toEqual({ state: 'new', since: [] });
  });

  it('is short again when it has been compacted', () => {
    const log = StateLog.begin(options, 0);
    const text = 'x'.repeat(1_000_000);
    expect(log.isLong).toBe(false);
    while (!log.isLong) log.append(text);
    expect(statSync(options.path).size).toBeLessThan(10_000_000);
    log.compact(5);
    log.append(6);
    expect([log.isLong, StateLog.read(options)]).toEqual([false, { state: 5, since: [6] }]);
    log.close();
  });
});
