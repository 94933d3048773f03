// The watch thread as the process that it watches holds it.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { scriptOf } from '../boot.ts';
import { progressBuffer } from './progress.ts';
import type { AddSentry, MakeSentry } from './sentry.ts';
import type { ThreadData } from './thread.ts';

export interface WatchOptions {
  /** The time without progress that makes a hang; the primary is told then. */
  readonly limitMs: number;
  readonly intervalMs: number;
}

const MODULE = new URL(`./thread${extname(import.meta.filename)}`, import.meta.url);
/** It holds next to nothing. Without limits V8 would give it young space as the main thread has. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/** Begins with the constructor, and ends with the process, which it does not keep alive. */
export class WatchThread {
  private readonly worker: Worker;

  constructor({ limitMs, intervalMs }: WatchOptions) {
    const data: ThreadData = { progress: progressBuffer, limitMs, intervalMs };
    // Neither loaders nor variables of the main thread: it runs this file and no more.
    const { file, args } = scriptOf(MODULE);
    this.worker = new Worker(file, {
      argv: [...args],
      workerData: data,
      execArgv: [],
      env: {},
      resourceLimits: LIMITS,
    });
    this.worker.unref();
    // Without the thread the primary judges the process from outside, and has no stack.
    this.worker.on('error', (error: Error) => {
      process.stderr.write(`the watch thread has ended: hangs have no stack: ${error.stack}\n`);
    });
  }

  /** Has the thread look at something else as well.
   *  @param module the address of a file whose default export makes the sentry of `data`. */
  addSentry<Data>(module: URL, data: Data, _type?: MakeSentry<Data>): void {
    this.worker.postMessage({ module: module.href, data } satisfies AddSentry);
  }
}
