// A disk that fails, fills up or loses its process when the test says so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Disk, systemDisk } from './disk.ts';

/** Thrown in place of every operation after the crash: the process is no more. */
export class Crash extends Error {}

/** Operations that only look are not counted. */
const LOOKS = new Set(['list', 'listLater', 'statLater', 'spaceLater', 'read', 'readStart']);

/** @returns a disk on which only the first `operations` that change something are done. */
export function crashingDisk(operations: number): { disk: Disk; done: string[] } {
  const done: string[] = [];
  let crashed = false;
  const disk = Object.fromEntries(
    Object.entries(systemDisk).map(([name, act]) => [
      name,
      (...args: unknown[]) => {
        crashed ||= !LOOKS.has(name) && done.length >= operations;
        if (crashed) {
          if (name.endsWith('Later')) return Promise.reject(new Crash());
          throw new Crash();
        }
        if (!LOOKS.has(name)) done.push(name);
        return (act as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Disk;
  return { disk, done };
}

/** @returns a disk with place for so many bytes of appended records more: `place.bytes`. */
export function smallDisk(place: { bytes: number }): Disk {
  return {
    ...systemDisk,
    write(fd, bytes, offset, position) {
      if (place.bytes <= 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      const part = Math.min(place.bytes, bytes.length - offset);
      place.bytes -= part;
      return systemDisk.write(fd, bytes.subarray(0, offset + part), offset, position);
    },
  };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
