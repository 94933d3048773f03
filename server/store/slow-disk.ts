// A disk that is as slow, or as full, as a file says: for fault tests.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Disk, systemDisk } from './disk.ts';

type Operation = keyof Disk;

/** These are never held up. */
const READS: readonly Operation[] = [
  'list',
  'listLater',
  'statLater',
  'spaceLater',
  'read',
  'readStart',
  'open',
  'openToSync',
  'close',
  'closeLater',
];
/** These need space; a full disk does all others. */
const FILLS: readonly Operation[] = [
  ...(['makeFolder', 'makeFolderLater', 'create', 'createLater'] as const),
  ...(['write', 'writeLater'] as const),
];
/** These return when the disk has it; the others leave that to the system. */
const SYNCS: readonly Operation[] = [
  ...(['sync', 'syncLater', 'syncFolder', 'syncFolderLater'] as const),
  ...(['syncFile', 'syncFileLater', 'cutFile', 'writeLater'] as const),
];
/** The file is looked at that often at most. */
const LOOK_MS = 100;

/** @param path of a file with a number of milliseconds, or the word `full`; with the word `sync` before
 *  the number only what waits for the disk is held up. While it is not there, or holds something
 *  else, the disk is as it is. */
export function slowDisk(path: string, disk: Disk = systemDisk): Disk {
  const fault = faultOf(path);
  const wrap = (name: Operation, act: (...args: unknown[]) => unknown) => {
    if (READS.includes(name)) return act;
    const fills = FILLS.includes(name);
    const waits = SYNCS.includes(name);
    const msOf = (of: Fault): number => (waits || !of.onlySyncs ? of.ms : 0);
    if (name.endsWith('Later')) {
      return async (...args: unknown[]) => {
        const of = fault();
        if (of.isFull && fills) throw fullError(name);
        await setTimeout(msOf(of));
        return act(...args);
      };
    }
    return (...args: unknown[]) => {
      const of = fault();
      if (of.isFull && fills) throw fullError(name);
      const ms = msOf(of);
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
  readonly onlySyncs: boolean;
}

function faultOf(path: string): () => Fault {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let fault: Fault = { ms: 0, isFull: false, onlySyncs: false };
  return () => {
    const now = performance.now();
    if (now - lookedAt < LOOK_MS) return fault;
    lookedAt = now;
    const text = readIfThere(path).trim();
    const onlySyncs = text.startsWith('sync ');
    const ms = Number(onlySyncs ? text.slice('sync '.length) : text);
    fault = { ms: ms > 0 ? ms : 0, isFull: text === 'full', onlySyncs };
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
