// What the examples have in common: a module that runs itself again as its children.
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Runs `module` in a process of its own. @returns when it has ended, and ended well. */
export async function child(module: string, ...role: string[]): Promise<void> {
  const [code] = await once(fork(module, role, { execArgv: [] }), 'exit');
  if (code !== 0) throw new Error(`${role.join(' ')} ended with ${code}`);
}

/** What this process is; '' for the first. */
export const role = process.argv[2] ?? '';

export function say(line: unknown): void {
  process.stdout.write(`${line}\n`);
}
