// The command `holdfast replay` as a process of its own, on the folder of a real server.
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../client/index.ts';
import { packageRoot } from '../load-test/package-root.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { command, story, writeRoom } from './replay/test-written-room.ts';

const CLI = join(packageRoot(), 'dist/server/cli.js');
const data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const folder = join(data, 'rooms', '1');
const copy = join(data, 'copy');
afterAll(() => rmSync(data, { recursive: true, force: true }));

interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

function replay(...args: string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'replay', ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const snapshots = () => readdirSync(folder).filter((name) => /^snapshot-.*\.bin$/.test(name));

describe('holdfast replay', () => {
  beforeAll(async () => {
    // A player walks in Goldrush, over several snapshots, one of which is of the middle.
    const args = ['--data', data, '--snapshot-ms', '300', '--workers', '1'];
    const server = await ServerProcess.start({ args, env: { TMPDIR: data } });
    try {
      const client = await connect({ port: server.port, name: 'ada' });
      const room = await client.join({ game: 'goldrush' });
      let step = 0;
      const walking = setInterval(() => room.send('walk', { dx: ++step % 2 ? 1 : -1, dy: 0 }), 30);
      await vi.waitFor(
        () => {
          expect(snapshots()).toHaveLength(2);
          expect(snapshots()[0]).not.toContain('000000000000.');
        },
        { timeout: 30_000 },
      );
      const live = await replay(folder);
      clearInterval(walking);
      expect(live).toMatchObject({ code: 0 });
      expect(live.stdout).toContain('the replay begins here');
      await server.kill();
      cpSync(folder, copy, { recursive: true });
      await client.close();
    } finally {
      await server.stop();
    }
  });

  it('finds a room equal, and says what it has repeated', async () => {
    const json = join(data, 'report.json');
    const { code, stdout } = await replay(copy, '--json', json);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^game +goldrush\n/m);
    expect(stdout).toMatch(/^snapshot +tick \d+, [0-9a-f]{64}: the replay is equal\n/m);
    const report = JSON.parse(readFileSync(json, 'utf8'));
    expect(report).toMatchObject({ room: 1, players: 1, isEqual: true });
    expect(report.inputs).toBeGreaterThan(3);
    expect(report).not.toHaveProperty('saved');
  });

  it('writes the whole state of the tick at which it stops', async () => {
    const json = join(data, 'state.json');
    const { stdout } = await replay(copy, '--json', join(data, 'report.json'));
    const end = Number(/^end +tick (\d+)/m.exec(stdout)![1]);
    const { code } = await replay(copy, '--until', String(end - 1), '--json', json);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(json, 'utf8')).saved).toMatchObject({
      tick: end - 1,
      players: [{ name: 'ada' }],
    });
  });

  it.each([
    [
      'a folder that is not there',
      ['/nowhere'],
      /^replay: there is no \/nowhere: name the folder .*\n$/,
    ],
    [
      'a folder of something else',
      [join(data, 'rooms')],
      /^replay: .* has no snapshot: name the folder .*\n$/,
    ],
    [
      'a game that is not there',
      [copy, '--game', '/nowhere.ts'],
      /^replay: game \/nowhere.ts: .*\n$/,
    ],
    ['no folder', [], /missing required argument/],
    ['a tick that is none', [copy, '--until', 'soon'], /It takes a whole number/],
  ])('given %s says so, and ends with code 2', async (_what, args, text) => {
    const { code, stdout, stderr } = await replay(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(text);
  });

  it('given the data directory lists its rooms', async () => {
    const { code, stdout } = await replay(data);
    expect(code).toBe(0);
    expect(stdout).toMatch(/rooms\/1 +goldrush .* has not ended\n$/);
  });

  it('of a room that its game ended by throwing says where, and ends with code 1', async () => {
    const { folder } = await writeRoom([...story, [command('fail', 5)]]);
    const module = join(data, 'tally.ts');
    const sources = pathToFileURL(join(packageRoot(), 'server/coordinator/test-game.ts')).href;
    writeFileSync(module, `import { tally } from '${sources}'; export default tally;`);
    const { code, stdout } = await replay(folder, '--game', module);
    expect(code).toBe(1);
    expect(stdout).toContain('tick 6: the game threw in its tick, after all inputs\n');
    expect(stdout).toMatch(/Error: the tick failed\n.*test-game\.ts:\d+/);
  });

  it('with --inspect waits for a debugger, and stops before the first batch', async () => {
    const child = spawn(process.execPath, [CLI, 'replay', copy, '--inspect']);
    try {
      const url = await new Promise<string>((resolve) => {
        createInterface({ input: child.stderr }).on('line', (line) => {
          const found = /ws:\/\/\S+/.exec(line);
          if (found) resolve(found[0]);
        });
      });
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:/);
      const socket = new WebSocket(url);
      await new Promise((resolve) => socket.addEventListener('open', resolve));
      const paused = new Promise<string>((resolve) => {
        socket.addEventListener('message', ({ data }) => {
          const { method, params } = JSON.parse(data);
          if (method === 'Debugger.paused') resolve(params.callFrames[1].functionName);
        });
      });
      const commands = ['Debugger.enable', 'Runtime.runIfWaitingForDebugger'];
      for (const [id, method] of commands.entries()) socket.send(JSON.stringify({ id, method }));
      expect(await paused).toBe('go');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      socket.send(JSON.stringify({ id: 9, method: 'Debugger.resume' }));
      socket.close();
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
