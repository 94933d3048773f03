// A process that only prepares itself leaves the processors to those that serve players.
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const NICE_MAX = 19;
/** The bit of the capability to raise priorities again, as Linux numbers them. */
const CAP_SYS_NICE = 23n;
/** The limit of a process says up to where: 20 is nice 0. */
const LIMIT_OF_NICE_0 = 20;

/** Whether what is lowered can be raised again; nothing is lowered else. Once for the process. */
let isAllowed: boolean | undefined;

/** @param pid 0: there is none.
 *  @param steps of nice, below this process' priority. */
export function lower(pid: number, steps: number): void {
  isAllowed ??= mayRaise();
  setAll(pid, Math.min(NICE_MAX, getPriority() + steps));
}

/** Gives the process this process' priority. */
export function raise(pid: number): void {
  setAll(pid, getPriority());
}

function setAll(pid: number, nice: number): void {
  if (!isAllowed || pid === 0) return;
  // First the thread from which later ones have theirs.
  for (const thread of [pid, ...threadsOf(pid)]) {
    try {
      setPriority(thread, nice);
    } catch {
      // It has ended.
    }
  }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** Known on Linux only, where a priority is a thread's. */
function mayRaise(): boolean {
  try {
    const effective = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if ((BigInt(`0x${effective}`) >> CAP_SYS_NICE) & 1n) return true;
    const limit = /^Max nice priority\s+(\w+)/m.exec(
      readFileSync('/proc/self/limits', 'utf8'),
    )?.[1];
    return limit === 'unlimited' || LIMIT_OF_NICE_0 - Number(limit) <= getPriority();
  } catch {
    return false;
  }
}
