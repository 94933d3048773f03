// What the processes of the coordinator's pool run: their beginning, and the making of worlds.
import { Worker } from 'node:worker_threads';
import { SeededRandom } from './random.ts';
import { resolveHoldfast } from './resolve-holdfast.ts';

/** Where the functions below are found. */
export const poolTasks = import.meta.url;

const WATCH_MS = 250;
/** A process whose code has no end does not hear that its coordinator was killed; a thread beside it
 *  does. It runs from a string: a thread has nothing to load then. */
const WATCH = `
  const { workerData: parent } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, ${WATCH_MS});
`;

/** Runs first in each process. @param parent the coordinator's process id. */
export function beginPoolProcess(title: string, parent: number): void {
  process.title = title;
  // A terminal sends its signals to every process; this one ends with the coordinator.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };
  const of = { eval: true, workerData: parent, execArgv: [], env: {}, resourceLimits: limits };
  new Worker(WATCH, of).unref();
  resolveHoldfast();
}

/** Calls a game's `prepare`. */
export async function prepareWorld(module: string, name: string, seed: number): Promise<unknown> {
  const run = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof run !== 'function') {
    throw new TypeError(`prepare.run must be exported by ${module} under its own name, ${name}`);
  }
  return run(worldRandom(seed));
}

/** The numbers that the world of a room is made from: others than `room.random` begins with.
 *  @param seed the room's. */
export function worldRandom(seed: number): SeededRandom {
  return new SeededRandom(~seed);
}
