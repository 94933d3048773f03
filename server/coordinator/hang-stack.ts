// The stack of game code that is about to be stopped, in memory that three threads share. The guard thread asks for
// it, the watch thread takes it, and the main thread reads it once its code has been stopped.
//
// Code that the engine stops cannot say where it was: nothing of it runs any further. The guard thread cannot take
// the stack, because a debugger session needs an event loop, and that thread has none.

/** Words of the memory. `listening` is 1 once the watch thread answers; `asked` and `given` are the step of the guard
 *  for which a stack was asked for last, and given last; `length` is that of its text. */
export const hangStackField = { listening: 0, asked: 1, given: 2, length: 3 } as const;

/** Where the text begins. */
export const HANG_STACK_HEAD: number =
  Object.keys(hangStackField).length * Int32Array.BYTES_PER_ELEMENT;
const TEXT_BYTES_MAX = 8192;

export const hangStack = new SharedArrayBuffer(HANG_STACK_HEAD + TEXT_BYTES_MAX);
const words = new Int32Array(hangStack, 0, Object.keys(hangStackField).length);

/** The frames from this one outwards are those of the guard itself. */
const GUARD_FRAME = /\/run-limited\.[jt]s:/;

/** @returns the stack that was taken in this step of the guard, innermost first and down to the guard; undefined where
 *  there is none. */
export function stackTakenIn(step: number): string | undefined {
  if (Atomics.load(words, hangStackField.given) !== step) return undefined;
  const length = Atomics.load(words, hangStackField.length);
  const text = Buffer.from(new Uint8Array(hangStack, HANG_STACK_HEAD, length)).toString();
  if (text === '') return undefined;
  const frames = text.split('\n');
  const end = frames.findIndex((frame) => GUARD_FRAME.test(frame));
  return frames
    .slice(0, end < 0 ? undefined : end)
    .map((frame) => `    ${frame}`)
    .join('\n');
}
