// Locks in Redis, where it is installed: set if not there, with a time limit, and deleted again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { costOf } from './measure.ts';
import { isInstalled } from './peer.ts';
import type { Report } from './report.ts';
import { inFlight, repeat } from './sizes.ts';

export async function redis(report: Report): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, 'socket');
  const flags = ['--port', '0', '--unixsocket', path, '--save', '', '--dir', directory];
  const server = spawn('redis-server', flags, { stdio: 'ignore' });
  try {
    if (!(await isInstalled(server))) {
      report.leaveOut('Redis', 'redis-server is not installed');
      return;
    }
    const ask = client(await dialled(path));
    const cycle = async (name: number) => {
      await ask(`SET lock${name} token NX PX 30000`);
      await ask(`DEL lock${name}`);
    };
    const one = { operations: 3_000, run: () => repeat(3_000, () => cycle(0)) };
    report.add('lock and unlock, one at a time', 'Redis', await costOf(one));
    const many = { operations: 32_000, run: () => inFlight(32_000, cycle) };
    report.add('lock and unlock, 64 in flight', 'Redis', await costOf(many));
  } finally {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function dialled(path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const connected = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (await connected) return socket;
    await sleep(10);
  }
}

/** Commands of one turn go out together; every answer is one line. */
function client(socket: Socket): (command: string) => Promise<void> {
  const waiting: (() => void)[] = [];
  socket.on('data', (data) => {
    for (const byte of data) if (byte === 0x0a) waiting.shift()?.();
  });
  return (command) => {
    if (!socket.writableCorked) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    socket.write(`${command}\r\n`);
    return new Promise((resolve) => waiting.push(resolve));
  };
}
