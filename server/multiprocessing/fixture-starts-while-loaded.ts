// A module that starts a process when it is loaded, as a program does without `import.meta.main`.
import { Process, target } from './toolkit.ts';

export const run = (): number => 1;

await new Process({ target: target(import.meta.url, run) }).start().result;
