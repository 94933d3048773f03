// A program that starts processes, says their ids, and goes on or ends as its argument says.
import { Pool, Process, target } from './toolkit.ts';

export function wait(): Promise<never> {
  return new Promise(() => {});
}

export function loop(): never {
  for (;;);
}

if (import.meta.main) {
  const isDaemon = process.argv[2] === 'daemon';
  const child = new Process({ target: target(import.meta.url, wait), daemon: isDaemon }).start();
  const pool = new Pool({ processes: 2 });
  await pool.run(target(import.meta.url, Math.max), []).catch(() => {});
  const looping = new Process({ target: target(import.meta.url, loop), daemon: true });
  if (process.argv[3] === 'exit') looping.start();
  const pids = [child.pid, ...pool.pids, looping.pid].filter((pid) => pid !== undefined);
  process.stdout.write(`${JSON.stringify(pids)}\n`);
  // Else it ends, since nothing here keeps it.
  if (process.argv[3] === 'wait') setInterval(() => {}, 1000);
}
