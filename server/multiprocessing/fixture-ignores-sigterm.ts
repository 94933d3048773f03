// Does not end when it is asked to.
import { writeFileSync } from 'node:fs';

/** @param file is there as soon as it ignores the signal. */
export function ignoreSigterm(file: string): Promise<never> {
  process.on('SIGTERM', () => {});
  writeFileSync(file, '');
  return new Promise(() => {});
}
