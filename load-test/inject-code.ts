// Has a process of the server run code, to make it hang or fail: the server is started with --fault-code.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
const TAKEN_MS_MAX = 5000;

/** Resolves when the process has taken the code, which it runs in its next turn.
 *  @param folder what the server was told by --fault-code.
 *  @throws {Error} when the process is gone, is stopped, or hangs: it has not taken the code within 5 s,
 *  and will not run it later. */
export async function injectCode(code: string, pid: number, folder: string): Promise<void> {
  const path = join(folder, `${pid}.js`);
  writeFileSync(`${path}.part`, code);
  renameSync(`${path}.part`, path);
  const endsAt = performance.now() + TAKEN_MS_MAX;
  while (existsSync(path)) {
    if (performance.now() > endsAt) {
      rmSync(path, { force: true });
      throw new Error(`process ${pid} did not run the code that it was given`);
    }
    await sleep(POLL_MS);
  }
}
