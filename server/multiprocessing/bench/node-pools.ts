// Other pools of Node, where they are installed: they are no dependencies.
import { fileURLToPath } from 'node:url';
import { costOf } from './measure.ts';
import type { Report } from './report.ts';
import { inFlight, PROCESSES, repeat, SINGLE_TASKS } from './sizes.ts';

interface OtherPool {
  run(task: number, options?: object): Promise<unknown>;
  destroy(): Promise<unknown>;
}
type OtherPoolClass = new (options: object) => OtherPool;

const filename = fileURLToPath(import.meta.resolve('./square-default.js'));
const size = { filename, minThreads: PROCESSES, maxThreads: PROCESSES };
const others = [
  { name: 'tinypool', who: 'tinypool, child_process', more: { runtime: 'child_process' } },
  { name: 'piscina', who: 'piscina, 64 tasks a worker', more: { concurrentTasksPerWorker: 64 } },
];

export async function nodePools(report: Report): Promise<void> {
  for (const { name, who, more } of others) {
    const Class = await load(name);
    if (!Class) {
      report.leaveOut(name, 'not installed');
      continue;
    }
    const pool = new Class({ ...size, ...more });
    const step = () => pool.run(3);
    const one = { operations: SINGLE_TASKS, run: () => repeat(SINGLE_TASKS, step) };
    report.add('Pool task, one at a time', who, await costOf(one));
    const many = { operations: 25_600, run: () => inFlight(25_600, step) };
    report.add('Pool task, 64 in flight', who, await costOf(many));
    await pool.destroy();
  }
}

async function load(name: string): Promise<OtherPoolClass | undefined> {
  try {
    const { default: Class } = (await import(name)) as { default: OtherPoolClass };
    return Class;
  } catch {
    return undefined;
  }
}
