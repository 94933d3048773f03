// The extension point of the watch thread: checks that it makes beside those for hangs.
import type { Sample } from './judge.ts';

/** What a sentry may use. */
export interface SentryTools {
  /** Where the main thread is; see `mainStack`. */
  stack(): Promise<string | undefined>;
  /** A line on stderr, written at once: the primary makes it a line of the log. */
  say(text: string): void;
  /** Ends the process as `kill -9` does. */
  kill(): void;
}

/** Called at each look of the watch thread, in that thread; the next look does not wait for it. */
export type Sentry = (sample: Sample, tools: SentryTools) => void;

/** What a module of a sentry exports as `default`. It may import little, because each process loads it
 *  into its watch thread, and must be TypeScript that Node can strip (no enums, no parameter
 *  properties). @param data what `WatchThread.addSentry` was given, cloned; buffers are shared. */
export type MakeSentry<Data> = (data: Data) => Sentry;

/** What the main thread posts to have a sentry added. */
export interface AddSentry {
  readonly module: string;
  readonly data: unknown;
}
