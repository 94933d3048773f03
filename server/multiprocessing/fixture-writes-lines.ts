// Runs a function that writes many lines, in a process or a pool, and ends when that has ended.
import { Pool, Process, target } from './toolkit.ts';

export function writeLines(count: number): void {
  for (let line = 0; line < count; line++) process.stdout.write(`${line} ${'x'.repeat(1000)}\n`);
}

if (import.meta.main) {
  const count = Number(process.argv[3]);
  const ofLines = target(import.meta.url, writeLines);
  if (process.argv[2] === 'process') {
    await new Process({ target: ofLines, args: [count] }).start().join();
  } else {
    const pool = new Pool({ processes: 1 });
    await pool.run(ofLines, [count]);
    pool.close();
    await pool.join();
  }
}
