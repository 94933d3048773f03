// Forks a process when there is no file descriptor left, and says what it was told.
import cluster from 'node:cluster';
import { closeSync, openSync } from 'node:fs';
import { defaults } from '../config.ts';
import { CHILD_STDIO, ForkedProcess } from './forked-process.ts';

cluster.setupPrimary({ exec: 'nothing.js', stdio: [...CHILD_STDIO] });
const origin = { linkPath: '/nowhere', config: defaults };
const taken: number[] = [];
const told: string[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // That was the last one.
}
const events = {
  message() {},
  reported() {},
  exited: ({ code }: { code: unknown }) => told.push(`exited ${code}`),
};
new ForkedProcess(origin, events, ({ message }) => told.push(message));
setTimeout(() => {
  for (const file of taken) closeSync(file);
  process.stdout.write(told.join('\n'));
}, 100);
