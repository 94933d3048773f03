// Finds the room that kills its process: a recovery that was begun and did not end is counted, and
// a room that cannot be recovered is moved out of the way.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'recovering';

/** Notes that the recovery of the room in `folder` begins.
 *  @returns how often it was begun before and did not end. */
export function beginAttempt(folder: string): number {
  const path = join(folder, FILE);
  const before = existsSync(path) ? Number(readFileSync(path, 'utf8')) || 1 : 0;
  writeFileSync(path, String(before + 1));
  return before;
}

export function endAttempt(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** Keeps the folder under a name that is not a room's. */
export function quarantine(folder: string): void {
  endAttempt(folder);
  for (let i = 1; ; i++) {
    const target = `${folder}.quarantined-${i}`;
    if (existsSync(target)) continue;
    renameSync(folder, target);
    return;
  }
}
