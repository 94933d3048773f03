// What an operation costs: time, and the processor time of this process and all below it.
import { readdirSync, readFileSync } from 'node:fs';

/** Work of `operations` operations. */
export interface Work {
  readonly operations: number;
  run(): Promise<unknown>;
}

export interface Cost {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

const RUNS = 5;
/** The clock in which the system counts processor time. */
const TICK_MICROS = 10_000;

/** Of the fastest and of the cheapest of some runs, after one that does not count. */
export async function costOf({ operations, run }: Work): Promise<Cost> {
  await run();
  let seconds = Number.POSITIVE_INFINITY;
  let cpuMicros = Number.POSITIVE_INFINITY;
  for (let count = 0; count < RUNS; count++) {
    const cpu = cpuOfAll();
    const begun = performance.now();
    await run();
    seconds = Math.min(seconds, (performance.now() - begun) / 1000);
    cpuMicros = Math.min(cpuMicros, cpuOfAll() - cpu);
  }
  return { perSecond: operations / seconds, cpuMicros: cpuMicros / operations };
}

/** In µs; of those that have ended, what their parents know. */
function cpuOfAll(): number {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const fields = statOf(pid);
    if (!fields) continue;
    parents.set(pid, Number(fields[1]));
    ticks.set(
      pid,
      [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0),
    );
  }
  let sum = 0;
  for (const [pid, spent] of ticks) if (isOurs(pid, parents)) sum += spent;
  return sum * TICK_MICROS;
}

/** From the state on: what comes before may have blanks. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function isOurs(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at; at = parents.get(at)) {
    if (at === process.pid) return true;
  }
  return false;
}
