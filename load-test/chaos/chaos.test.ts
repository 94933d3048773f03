// A short chaos run, as people start it, against a real server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ChaosReport } from './report.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const RUN_MS_MAX = 180_000;
const FAULTS = 4;
/** How long it waits for them. */
const SECONDS = 100;

async function chaos(line: string): Promise<{ code: number; out: string }> {
  const script = join(import.meta.dirname, 'main.ts');
  const args = line === '' ? [] : line.split(' ');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      out += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, out };
}

describe('A chaos run', () => {
  it(
    'finds nothing lost after faults of the main kinds, and leaves nothing behind',
    async () => {
      const kinds =
        'kill-worker,kill-coordinator,rolling-restart,broken-deploy,full-disk,throw-command,throw-tick,vanish,' +
        'kill-everything';
      const file = join(directory, 'report.json');
      const options = `--bots 40 --faults ${FAULTS} --seconds ${SECONDS} --interval-ms 500 --processes 2`;
      const { code, out } = await chaos(`${options} --kinds ${kinds} --json ${file}`);
      // All that it said, where it has failed: the seed is in it.
      expect(code, out).toBe(0);
      expect(out).toContain('PASS');
      const report = JSON.parse(readFileSync(file, 'utf8')) as ChaosReport;
      expect(report).toMatchObject({ clients: 40, violations: [], kept: null });
      expect(report.faults).toBe(FAULTS);
      expect(report.roomsReplayed).toBe(2);
      expect(report.additions).toBeGreaterThan(100);
      expect(report.askedAgain).toBeGreaterThan(10);
      expect(report.sharing.lockHandOvers).toBeGreaterThan(20);
      expect(report.sharing.holdersKilled).toBeGreaterThan(0);
      expect(report.sharing.itemsPassed).toBeGreaterThan(20);
      expect(report.seed).toBe(Number(/^seed (\d+)/.exec(out)?.[1]));
      expect(readdirSync(directory).filter((name) => name.startsWith('holdfast-'))).toEqual([]);
    },
    RUN_MS_MAX,
  );

  it('of a kind that there is not ends with exit code 2 and names those that there are', async () => {
    const { code, out } = await chaos('--kinds kill-cat');
    expect(code).toBe(2);
    expect(out).toContain('kill-worker, kill-coordinator');
  });
});
