// Files that may not be there yet.
import type { Disk } from './disk.ts';

/** @returns nothing for a file that is not there. */
export function readIfThere(disk: Disk, path: string): Buffer {
  try {
    return disk.read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
