// What processes hold and leave behind: file descriptors, processes, files, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Open file descriptors of a process; undefined when it is gone or this is not Linux. */
export function descriptorsOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** Those that are alive; one that nobody has reaped yet is dead. */
export function aliveOf(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** What the server keeps in its temporary directory. */
export function namesOfTemporary(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('holdfast-'));
}
