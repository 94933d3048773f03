// Tasks that are done at once, and leave something for later.
import { close, open, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const hops = 100;
let isDone = false;

/** Ways to call back that are through before anything else is waited for. */
const soon = {
  tick: (run: () => void) => repeat(run, process.nextTick),
  microtask: (run: () => void) => repeat(run, queueMicrotask),
  promise: (run: () => void) => repeat(run, (next) => void Promise.resolve().then(next)),
  'tick and promise by turns': (run: () => void) =>
    repeat(run, (next) => process.nextTick(() => Promise.resolve().then(next))),
};
/** Ways that need the event loop. */
const later = {
  timer: (run: () => void) => void setTimeout(run, 1),
  'timer that keeps nothing alive': (run: () => void) => void setTimeout(run, 1).unref(),
  immediate: (run: () => void) => void setImmediate(run),
  worker: (run: () => void) => void new Worker('', { eval: true }).on('exit', run),
};
const ways = { ...soon, ...later, file: (run: () => void) => open('.', (_, fd) => close(fd, run)) };

export type Soon = keyof typeof soon;
export type Later = keyof typeof later;
export const soonWays = Object.keys(soon) as Soon[];
export const laterWays = Object.keys(later) as Later[];

function repeat(run: () => void, step: (next: () => void) => void): void {
  let left = hops;
  const next = () => (left-- > 0 ? step(next) : run());
  next();
}

/** Leaves the file behind. */
export function leave(way: keyof typeof ways, file: string): void {
  isDone = false;
  ways[way](() => {
    isDone = true;
    writeFileSync(file, '');
  });
}

/** Whether what was left last is done. */
export const hasDone = (): boolean => isDone;

export function leaveRejection(): void {
  void Promise.reject(new Error('left behind'));
}

export function leaveThrowing(): void {
  process.nextTick(() => {
    throw new Error('left behind');
  });
}

/** Says `hello` to whoever connects. */
export function serve(path: string): void {
  createServer((socket) => socket.end('hello')).listen(path);
}

export async function serveLater(path: string): Promise<void> {
  await sleep(1);
  serve(path);
}

export function listenTo(signal: NodeJS.Signals, file: string): void {
  process.on(signal, () => writeFileSync(file, ''));
}
