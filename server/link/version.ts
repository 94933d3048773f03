// Which messages this build speaks, for processes of another build.
import { createHash } from 'node:crypto';
import { fromChild, fromPrimary } from './control.ts';
import { fromCoordinator, fromWorker } from './messages.ts';

/** @returns a text that is the same for builds whose processes can work together. */
export function linkVersion(): string {
  const tables = JSON.stringify([fromChild, fromPrimary, fromWorker, fromCoordinator]);
  return createHash('sha256').update(tables).digest('hex').slice(0, 16);
}
