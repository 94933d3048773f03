// Runs code in a process of the server, through its inspector: to make it hang or fail, for which
// the server has no code.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from './server-process.ts';

const POLL_MS = 20;
const INSPECTOR_MS_MAX = 5000;

/** Resolves when the process has been told to run it.
 *  @param log where the server relays that the inspector of `pid` listens.
 *  @throws {Error} when the process is gone or does not say where its inspector is. */
export async function injectCode(
  expression: string,
  pid: number,
  log: () => readonly LogLine[],
): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(pid, log));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  socket.addEventListener('open', () => {
    // Answered, it lets the process go, which could not end otherwise; a loop is never answered.
    socket.addEventListener('message', () => socket.close());
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    resolve();
  });
  await promise;
}

async function inspectorUrl(pid: number, log: () => readonly LogLine[]): Promise<string> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < INSPECTOR_MS_MAX) {
    for (const line of log()) {
      if (line.pid !== pid) continue;
      const found = /Debugger listening on (ws:\/\/\S+)/.exec(line.msg ?? '')?.[1];
      if (found) return found;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`process ${pid} did not open its inspector`);
}
