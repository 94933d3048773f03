// Runs code that a fault test gives to this process: to make it hang or fail, for which the server has no
// code of its own. A file carries it, because a debugger's port would be open to everyone on the machine.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

const POLL_MS = 20;

/** Looks for `<pid>.js` in the folder, removes it, and runs it in a turn of its own. */
export function runFaultCode(folder: string): void {
  const path = join(folder, `${process.pid}.js`);
  setInterval(() => {
    const code = takeFile(path);
    if (code !== undefined) setImmediate(() => runInThisContext(code));
  }, POLL_MS);
}

function takeFile(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    return text;
  } catch {
    return undefined;
  }
}
