// A program that waits for a process which fails, and does not ask why.
import { throwTypeError } from './fixture-fails.ts';
import { Process, target } from './toolkit.ts';

const module = new URL('./fixture-fails.ts', import.meta.url);
const child = new Process({ target: target(module, throwTypeError), name: 'silent' }).start();
await child.join();
process.stdout.write(`${child.exitCode}\n`);
