// Runs code in a process of the server, through its inspector: to make it hang or fail, for which
// the server has no code.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from './server-process.ts';

const POLL_MS = 20;
const INSPECTOR_MS_MAX = 5000;

/** Resolves when the process runs it in a moment. It is asked again where its inspector closes before
 *  that: the server closes it in a process that was silent, and goes on.
 *  @param log where the server relays that the inspector of `pid` listens.
 *  @throws {Error} when the process is gone or does not take it in 5 s. */
export async function injectCode(
  code: string,
  pid: number,
  log: () => readonly LogLine[],
): Promise<void> {
  const endsAt = performance.now() + INSPECTOR_MS_MAX;
  while (performance.now() < endsAt) {
    process.kill(pid, 'SIGUSR1');
    const url = inspectorUrl(pid, log());
    if (url && (await isTaken(url, code))) return;
    await sleep(POLL_MS);
  }
  throw new Error(`process ${pid} did not run what it was given`);
}

/** Later than the answer, which a loop would never give. */
function isTaken(url: string, code: string): Promise<boolean> {
  const socket = new WebSocket(url);
  const expression = `setTimeout(() => { ${code} })`;
  return new Promise((resolve) => {
    // One that is stopped does not answer; it is not to run this later.
    setTimeout(() => {
      resolve(false);
      socket.close();
    }, INSPECTOR_MS_MAX).unref();
    socket.addEventListener('error', () => resolve(false));
    socket.addEventListener('close', () => resolve(false));
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    });
    socket.addEventListener('message', () => {
      resolve(true);
      // Else the process could not end.
      socket.close();
    });
  });
}

/** The newest: one that was opened and closed before had another port. */
function inspectorUrl(pid: number, log: readonly LogLine[]): string | undefined {
  const lines = log.filter((line) => line.pid === pid).map(({ msg = '' }) => msg);
  const urls = lines.map((text) => /Debugger listening on (ws:\/\/\S+)/.exec(text)?.[1]);
  return urls.findLast((url) => url !== undefined);
}
