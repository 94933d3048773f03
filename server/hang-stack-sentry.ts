// In the watch thread of a process that runs rooms: takes the stack of game code that the guard thread is about to
// stop, so that the log names the file and the line of an endless loop.
import type { MakeSentry } from './watch/sentry.ts';

export interface HangStackData {
  /** See coordinator/hang-stack.ts. */
  readonly memory: SharedArrayBuffer;
  readonly fields: { readonly listening: number; readonly asked: number } & {
    readonly given: number;
    readonly length: number;
  };
  /** Where the text begins. */
  readonly head: number;
}

/** It takes 20 to 35 ms, and three times that on a busy machine. The guard thread waits for a little longer. */
const STACK_MS_MAX = 200;

const makeSentry: MakeSentry<HangStackData> = (data) => {
  void answer(data);
  // Nothing depends on the looks of the watch thread: the guard thread wakes it.
  return () => {};
};

async function answer({ memory, fields, head }: HangStackData): Promise<void> {
  // A Node without an inspector has no stacks; the guard thread does not ask then.
  const loaded = await import('./watch/main-stack.ts').catch(() => undefined);
  if (!loaded) return;
  const words = new Int32Array(memory, 0, head / Int32Array.BYTES_PER_ELEMENT);
  const text = new Uint8Array(memory, head);
  Atomics.store(words, fields.listening, 1);
  for (let asked = 0; ; ) {
    await Atomics.waitAsync(words, fields.asked, asked).value;
    asked = Atomics.load(words, fields.asked);
    const stack = await loaded.mainStack(STACK_MS_MAX).catch(() => undefined);
    const { written } = new TextEncoder().encodeInto(stack ?? '', text);
    Atomics.store(words, fields.length, written);
    Atomics.store(words, fields.given, asked);
    Atomics.notify(words, fields.given);
  }
}

export default makeSentry;
