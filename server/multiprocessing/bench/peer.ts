// Programs of others that may not be installed.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export function isInstalled(child: ChildProcess): Promise<boolean> {
  return once(child, 'spawn').then(
    () => true,
    () => false,
  );
}
