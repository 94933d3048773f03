// The thread that stops guarded game code: it sees a guard that is open for too long, and interrupts it.
//
// A timeout of node:vm starts and ends a thread for each guard, which costs 0.4 to 0.8 ms where guards come
// one by one. `breakOnSigint` costs a microsecond while something in the process already listens in this way;
// this thread does so, and sends the process the signal. Node gives the signal to the code that began to
// listen last, so the thread begins only while no guard is open.
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';
import { steadyMs } from '../link/steady-clock.ts';

export interface GuardThreadData {
  /** See guard.ts. */
  readonly suspect: SharedArrayBuffer;
  /** Places in `suspect`: of the code at work, the step, which is odd while a guard is open, when that guard was
   *  opened, and whether this thread listens. */
  readonly fields: { readonly room: number; readonly tick: number; readonly index: number } & {
    readonly step: number;
    readonly openedAt: number;
    readonly thread: number;
  };
  readonly limitMs: number;
  /** See hang-stack.ts. */
  readonly stack: SharedArrayBuffer;
  readonly stackFields: { readonly listening: number; readonly asked: number } & {
    readonly given: number;
    readonly length: number;
  };
}

/** Longest interval between two looks. Each look costs 50 µs of processor time, since the thread has to be woken. */
const LOOK_MS = 100;
/** A look that comes later than planned by more than this was held up. */
const LATE_MS = 20;
/** The watch thread needs 20 to 35 ms for a stack, and gives up after 200. */
const STACK_MS_MAX = 220;
const NAME = 'holdfastGuardThread';

const { suspect: buffer, fields, limitMs, stack, stackFields } = workerData as GuardThreadData;
const suspect = new Int32Array(buffer);
const stackWords = new Int32Array(stack);
/** The place of the code whose stack was taken last. */
let knownPlace = '';
const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
let lastStep = 0;
let lookedAt = steadyMs();
/** For how long the present guard is open; 0 while none is. */
let openMs = 0;

function isOpen(): boolean {
  return (Atomics.load(suspect, fields.step) & 1) === 1;
}

/** Looks once, when a guard that is open may have reached its limit, and interrupts it where it has. The time in
 *  which this thread itself was held up does not count. */
function look(): void {
  const waitMs = Math.max(1, Math.min(LOOK_MS, limitMs / 2, limitMs - openMs));
  Atomics.wait(never, 0, 0, waitMs);
  const now = steadyMs();
  const sinceLookMs = Math.min(now - lookedAt, waitMs + LATE_MS);
  const step = Atomics.load(suspect, fields.step);
  if ((step & 1) === 0) openMs = 0;
  else if (step === lastStep) openMs += sinceLookMs;
  else openMs = Math.max(0, Math.min((now - suspect[fields.openedAt]!) | 0, sinceLookMs));
  lastStep = step;
  lookedAt = now;
  if (openMs < limitMs) return;
  askForStack(step);
  // The guard may have closed while the stack was taken.
  if (Atomics.load(suspect, fields.step) === step) process.kill(process.pid, 'SIGINT');
}

/** Has the watch thread take the stack of the code that is about to be stopped, and waits for that. Code at one place
 *  that is tried again has its stack already. */
function askForStack(step: number): void {
  const place = [fields.room, fields.tick, fields.index].map((field) => suspect[field]).join();
  if (place === knownPlace || Atomics.load(stackWords, stackFields.listening) !== 1) return;
  const given = Atomics.load(stackWords, stackFields.given);
  Atomics.store(stackWords, stackFields.asked, step);
  Atomics.notify(stackWords, stackFields.asked);
  Atomics.wait(stackWords, stackFields.given, given, STACK_MS_MAX);
  const isGiven = Atomics.load(stackWords, stackFields.given) === step;
  if (isGiven && Atomics.load(stackWords, stackFields.length) > 0) knownPlace = place;
}

Object.defineProperty(globalThis, NAME, {
  value: () => {
    Atomics.store(suspect, fields.thread, 1);
    for (;;) look();
  },
});
const listening = new Script(`${NAME}()`);

for (;;) {
  while (isOpen()) look();
  try {
    listening.runInThisContext({ breakOnSigint: true, displayErrors: false });
  } catch {
    // The signal came when the guard had just closed, or from a terminal.
  }
  Atomics.store(suspect, fields.thread, 0);
}
