// A reader of the server's stdout that stands still: a pipe that is full, with real processes.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { player, temporaryDirectory } from './test-server.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** A pipe as a shell makes it. Node's own between processes are sockets. */
function newPipe() {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const readEnd = openSync(path, O_RDONLY | O_NONBLOCK);
  const writeEnd = openSync(path, O_WRONLY | O_NONBLOCK);
  const serverEnd = openSync(path, O_WRONLY);
  onTestFinished(() => [readEnd, writeEnd, serverEnd].forEach(closeSync));
  const whileItGoes = (act: () => void): void => {
    try {
      for (;;) act();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  };
  const buffer = Buffer.alloc(65_536);
  return {
    serverEnd,
    fill: () => whileItGoes(() => writeSync(writeEnd, '\n')),
    read(): string {
      let text = '';
      whileItGoes(() => {
        text += buffer.toString('utf8', 0, readSync(readEnd, buffer));
      });
      return text;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function start(stdout: number, ...args: string[]): ChildProcess {
  const main = join(import.meta.dirname, '../dist/server/main.js');
  const data = temporaryDirectory();
  const rest = ['--host', '127.0.0.1', '--data', data, '--workers', '1', ...args];
  const child = spawn(process.execPath, [main, ...rest], { stdio: ['ignore', stdout, 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('A full pipe on stdout stops neither the health check, nor new players, nor SIGTERM', async () => {
  const pipe = newPipe();
  pipe.fill();
  const [port, admin] = [await freePort(), await freePort()];
  const child = start(pipe.serverEnd, '--port', `${port}`, '--admin-port', `${admin}`);
  const isReady = () =>
    fetch(`http://127.0.0.1:${admin}/readyz`, { signal: AbortSignal.timeout(1000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isReady).toBe(true);
  const client = await player({ port });
  expect(await client.lobby.call('online')).toEqual({ sessions: 1 });

  let text = '';
  const hasServing = () => {
    text += pipe.read();
    return text.includes('"msg":"serving"');
  };
  await expect.poll(hasServing).toBe(true);

  pipe.fill();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
