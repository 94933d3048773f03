// Lets what a process has written to standard output and error go out before the process ends.
import type { Writable } from 'node:stream';
import { Timer } from '../../protocol/timers.ts';

/** A reader that takes nothing holds the end of a process up for this long at most. */
const DRAIN_MS = 10_000;

/** A pipe takes 64 KiB at once; the rest waits in this process, and `process.exit` would drop it.
 *  Resolves when everything is out, when the reader is gone, or after `DRAIN_MS`. */
export async function drainOutput(
  streams: readonly Writable[] = [process.stdout, process.stderr],
): Promise<void> {
  const waiting = streams.filter((stream) => stream.writableLength > 0);
  if (waiting.length === 0) return;
  const late = Promise.withResolvers<void>();
  const timer = new Timer(DRAIN_MS, late.resolve);
  await Promise.race([Promise.all(waiting.map(drained)), late.promise]);
  timer.stop();
}

function drained(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // A reader that is gone takes nothing.
  stream.on('error', () => resolve());
  stream.write('', () => resolve());
  return promise;
}
