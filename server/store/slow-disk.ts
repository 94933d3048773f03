// A disk that is as slow, or as full, as a file says: for fault tests.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Disk, systemDisk } from './disk.ts';

type Operation = keyof Disk;

/** These are never held up. */
const READS: readonly Operation[] = ['list', 'read', 'readStart', 'openToSync', 'close'];
/** These need space; a full disk does all others. */
const FILLS: readonly Operation[] = ['makeFolder', 'create', 'write', 'writeLater'];
/** The file is looked at that often at most. */
const LOOK_MS = 100;

/** @param path of a file with a number of milliseconds, or the word `full`; while it is not there,
 *  or holds something else, the disk is as it is. */
export function slowDisk(path: string, disk: Disk = systemDisk): Disk {
  const fault = faultOf(path);
  const wrap = (name: Operation, act: (...args: unknown[]) => unknown) => {
    if (READS.includes(name)) return act;
    const fills = FILLS.includes(name);
    if (name.endsWith('Later')) {
      return async (...args: unknown[]) => {
        const { ms, isFull } = fault();
        if (isFull && fills) throw fullError(name);
        await setTimeout(ms);
        return act(...args);
      };
    }
    return (...args: unknown[]) => {
      const { ms, isFull } = fault();
      if (isFull && fills) throw fullError(name);
      if (ms > 0) Atomics.wait(NEVER_WOKEN, 0, 0, ms);
      return act(...args);
    };
  };
  const operations = Object.entries(disk) as [Operation, (...args: unknown[]) => unknown][];
  return Object.fromEntries(
    operations.map(([name, act]) => [name, wrap(name, act)]),
  ) as unknown as Disk;
}
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

interface Fault {
  readonly ms: number;
  readonly isFull: boolean;
}

function faultOf(path: string): () => Fault {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let fault: Fault = { ms: 0, isFull: false };
  return () => {
    const now = performance.now();
    if (now - lookedAt < LOOK_MS) return fault;
    lookedAt = now;
    const text = readIfThere(path).trim();
    const ms = Number(text);
    fault = { ms: ms > 0 ? ms : 0, isFull: text === 'full' };
    return fault;
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function fullError(syscall: string): Error {
  const text = `ENOSPC: no space left on device, ${syscall}`;
  return Object.assign(new Error(text), { code: 'ENOSPC', syscall });
}
