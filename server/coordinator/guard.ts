// Runs game code with a limit on its time: code that runs longer is cut off, and the process goes on.
import { url as inspectorUrl } from 'node:inspector';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { scriptOf } from '../boot.ts';
import { steadyMs } from '../link/steady-clock.ts';
import type { GuardThreadData } from './guard-thread.ts';
import { hangStack, hangStackField, stackTakenIn } from './hang-stack.ts';
import { runLimited } from './run-limited.ts';

/** Where game code is at work. */
export interface Place {
  /** 0: none that has files. */
  readonly room: number;
  /** Of the batch. */
  readonly tick: number;
  /** Of the input in its batch; the number of inputs: the game's tick; more: see `after`; or `ABOUT_ALONE`. */
  readonly index: number;
}

/** Game code that runs after the tick of a batch, as steps beyond the number of its inputs. */
export const after = { tick: 0, about: 1, bots: 2 } as const;

/** The room was to be described, between two batches. */
export const ABOUT_ALONE = -1;

/** Fields of `suspect`. */
export const suspectField = {
  room: 0,
  tick: 1,
  index: 2,
  step: 3,
  openedAt: 4,
  thread: 5,
} as const;

/** The place of the game code that runs now, in memory that another thread can read while this one hangs.
 *  `step` is odd while a guard is open, and greater with each; `openedAt` is when the guard was opened, the lower
 *  32 bits of the steady clock's milliseconds; `thread` is 1 while a guard thread stops the guards. A mark costs
 *  some nanoseconds. */
export const suspect: Int32Array<SharedArrayBuffer> = new Int32Array(
  new SharedArrayBuffer(Object.keys(suspectField).length * Int32Array.BYTES_PER_ELEMENT),
);

/** To be called before game code of a room runs. */
export function mark(room: number, tick: number, index: number): void {
  suspect[suspectField.room] = room;
  suspect[suspectField.tick] = tick;
  suspect[suspectField.index] = index;
}

/** Game code was cut off, perhaps in the middle of a change: the state of its room is worth nothing. */
export class GameHangError extends Error {
  override readonly name = 'GameHangError';
  readonly code = 'GAME_HANG';
  readonly place: Place;
  readonly limitMs: number;
  /** What it has computed in that time. On a full machine that is less. */
  readonly cpuMs: number;

  /** @param stack of the code when it was stopped. */
  constructor(place: Place, limitMs: number, cpuMs: number, stack?: string) {
    super(
      `game code was stopped after ${limitMs} ms (${Math.round(cpuMs)} ms of processor time): make it ` +
        'shorter, move long work into `prepare`, or raise --step-ms-max',
    );
    this.place = place;
    this.limitMs = limitMs;
    this.cpuMs = cpuMs;
    if (stack !== undefined) this.stack = `${this.name}: ${this.message}\n${stack}`;
  }
}

const MODULE = new URL(`./guard-thread${extname(import.meta.filename)}`, import.meta.url);
const THREAD_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };
/** What the guard thread stops after; 0: there is none. */
let threadLimitMs = 0;

/** Has a thread of its own stop the guards of this limit from now on: each then costs a microsecond. The signal
 *  SIGINT belongs to that thread as long as the process lives, so listeners of it are removed. */
export function startGuardThread(limitMs: number): void {
  if (limitMs === 0 || threadLimitMs > 0) return;
  threadLimitMs = limitMs;
  process.removeAllListeners('SIGINT');
  const { file, args } = scriptOf(MODULE);
  const workerData: GuardThreadData = {
    suspect: suspect.buffer,
    fields: suspectField,
    limitMs,
    stack: hangStack,
    stackFields: hangStackField,
  };
  const thread = new Worker(file, {
    argv: [...args],
    workerData,
    execArgv: [],
    env: {},
    resourceLimits: THREAD_LIMITS,
  });
  thread.unref();
  // Guards have timeouts of their own then.
  thread.on('error', () => Atomics.store(suspect, suspectField.thread, 0));
}

/** One for a process. The engine itself stops the code, at a function call or the end of a loop's turn, so
 *  code that hangs in a native function is not stopped. Without the guard thread a guard costs up to 0.8 ms:
 *  one should cover much work. */
export class Guard {
  /** 0: there is none. */
  readonly limitMs: number;

  /** @param limitMs 0: no limit. */
  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** Runs `run`, which may use nothing that outlives a failed room: it may be stopped anywhere. Within
   *  another guard it is that one's.
   *  @throws {GameHangError}, and what `run` throws. */
  run(run: () => void): void {
    const { limitMs } = this;
    const isOpen = (suspect[suspectField.step]! & 1) === 1;
    // A breakpoint is no hang.
    if (limitMs === 0 || isOpen || inspectorUrl() !== undefined) run();
    else runGuarded(run, limitMs);
  }
}

function runGuarded(run: () => void, limitMs: number): void {
  const isThreads = limitMs === threadLimitMs && isThreadListening();
  let cpuMs: number | undefined;
  suspect[suspectField.openedAt] = steadyMs();
  const step = ++suspect[suspectField.step]!;
  try {
    cpuMs = runLimited(
      run,
      isThreads
        ? { breakOnSigint: true, displayErrors: false }
        : { timeout: limitMs, displayErrors: false },
    );
  } finally {
    suspect[suspectField.step]!++;
  }
  if (cpuMs === undefined) return;
  const stack = stackTakenIn(step);
  if (stack !== undefined) lastStack = { ...placeOfSuspect(), stack };
  throw hangOfSuspect(limitMs, cpuMs);
}

/** The last stack that was taken, and the place of its code. */
let lastStack: (Place & { readonly stack: string }) | undefined;

/** The error of the game code that was stopped just now; with its stack where that was taken, now or when code at
 *  the same place was stopped before. */
export function hangOfSuspect(limitMs: number, cpuMs: number): GameHangError {
  const place = placeOfSuspect();
  const { room, tick, index } = place;
  const isSame = lastStack?.room === room && lastStack.tick === tick && lastStack.index === index;
  return new GameHangError(place, limitMs, cpuMs, isSame ? lastStack!.stack : undefined);
}

/** Node takes the listeners of SIGINT away while such code runs, and the thread's with them. */
function isThreadListening(): boolean {
  return Atomics.load(suspect, suspectField.thread) === 1 && process.listenerCount('SIGINT') === 0;
}

function placeOfSuspect(): Place {
  return {
    room: suspect[suspectField.room]!,
    tick: suspect[suspectField.tick]!,
    index: suspect[suspectField.index]!,
  };
}
