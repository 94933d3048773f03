import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from './report.ts';
import { ServerProcess, ServerStartError } from './server-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-load-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

const start = (script: string, args: readonly string[] = [], env = {}) =>
  spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function loadTest(line: string): Promise<{ code: number; out: string; errors: string }> {
  const child = start('main.ts', `--settle-ms 200 ${line}`.split(' '));
  const texts = { out: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    texts.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...texts };
}

/** One that nobody has reaped yet is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe.concurrent('A load-test', () => {
  it('with bots keeps its limits, and writes what it measured', async () => {
    const file = join(directory, 'report.json');
    const limits = '--p99-max-ms 1000 --drops-max 0 --ticks-min 10';
    const { code, out, errors } = await loadTest(
      `--bots 20 --seconds 3 --ramp-ms 100 --processes 2 --json ${file} ${limits}`,
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('kept: --drops-max 0');
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report).toMatchObject({ mode: 'bots', clients: 20, connected: 20, drops: 0 });
    expect(report.commands.sent).toBeGreaterThan(100);
    expect(report.commands.acknowledged).toBeGreaterThan(100);
    expect(report.states.received).toBeGreaterThan(20);
    expect(report.bytesPerSecondPerClient.received).toBeGreaterThan(0);
    expect(report.server?.processes.map(({ role }) => role)).toContain('coordinator');
    expect(report.server?.cpuMicrosPerState).toBeGreaterThan(0);
    expect(report.clientProcesses.map(({ clients }) => clients)).toEqual([10, 10]);
  });

  it('with a crowd counts the states of each client, and the deaths of processes', async () => {
    const file = join(directory, 'crowd.json');
    const limits = '--deaths-max 0 --drops-max 0 --slowest-min 0.8 --gap-max-ms 5000';
    const { code, errors } = await loadTest(
      `--crowd 20 --seconds 2 --ramp-ms 100 --json ${file} ${limits}`,
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report).toMatchObject({ mode: 'crowd', connected: 20, server: { deaths: 0 } });
    expect(report.states.perSecondPerClient).toBeGreaterThan(2);
    expect(report.states.slowestShare).toBeLessThanOrEqual(1);
    expect(report.states.longestGapMs).toBeGreaterThan(20);
    expect(report.commands.sent).toBeGreaterThan(0);
  });

  it('whose limit is not kept ends with exit code 1 and names it', async () => {
    const { code, errors } = await loadTest('--bots 2 --seconds 1 --ramp-ms 0 --p99-max-ms 0.01');
    expect(code).toBe(1);
    expect(errors).toMatch(/^load-test: --p99-max-ms 0\.01: was .* more than the limit\n$/);
  });

  it('with idle connections measures what each costs in memory', async () => {
    const file = join(directory, 'idle.json');
    const { code } = await loadTest(`--idle 50 --seconds 1 --ramp-ms 100 --json ${file}`);
    expect(code).toBe(0);
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report).toMatchObject({ mode: 'idle', connected: 50, latencyMs: null });
    expect(report.server?.pssBytesPerConnection).not.toBeNull();
  });

  it('of a server that is not there says so, and what to do', async () => {
    const line = '--target 127.0.0.1:1 --bots 1 --ramp-ms 0 --ready-ms 12000';
    const { code, errors } = await loadTest(line);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^load-test: nothing listens on 127\.0\.0\.1:1 \(ECONNREFUSED\): start the server/,
    );
  });
});

describe('A server process', () => {
  it('tells where it is, what it logs and measures, and ends with 0 when it is stopped', async () => {
    const server = await ServerProcess.start({ args: ['--workers', '1', '--log-level=info'] });
    expect(server.port).toBeGreaterThan(0);
    const roles = (await server.processes()).map(({ role }) => role);
    expect(roles).toEqual(expect.arrayContaining(['coordinator', 'primary', 'worker']));
    expect(await server.metric('holdfast_process_up', { role: 'primary' })).toBe(1);
    expect(server.log.map(({ msg }) => msg)).toContain('serving');
    const pids = (await server.processes()).map(({ pid }) => pid);
    expect(await server.stop()).toBe(0);
    expect(await server.stop()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('that ends before it serves is rejected with what it wrote and its exit code', async () => {
    const error = await ServerProcess.start({ args: ['--port', 'x'] }).catch((e) => e);
    expect(error).toBeInstanceOf(ServerStartError);
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain('--port');
  });

  it('ends with all it has when the process that started it is killed', async () => {
    const temporary = mkdtempSync(join(directory, 'tmp-'));
    const parent = start('fixture-waits-to-be-killed.ts', [], { TMPDIR: temporary });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids.filter(isAlive)).toEqual(pids);
    const owned = () => readdirSync(temporary).filter((name) => name.startsWith('holdfast-data-'));
    expect(owned().length).toBe(1);
    parent.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    await expect.poll(owned).toEqual([]);
  });
});
