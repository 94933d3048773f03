// Every way in which the program can be made to end, but being killed.
import { constants } from 'node:os';
import type { ReadStream, WriteStream } from 'node:tty';

export interface Exit {
  readonly code: number;
  /** For the player, once the terminal is as it was. */
  readonly text?: string;
  /** Something is broken: end without another word to the server. */
  readonly isCrash?: boolean;
}

const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `end` for each; more than once if several come together. */
export function watchExits(
  stdin: ReadStream,
  stdout: WriteStream,
  end: (exit: Exit) => void,
): void {
  // A shell reports who died of a signal by this number.
  for (const signal of signals) {
    process.on(signal, () => end({ code: 128 + constants.signals[signal] }));
  }
  const crash = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    end({ code: 1, text, isCrash: true });
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  // Without an end of input or with an error of output the window has been closed.
  for (const event of ['end', 'close', 'error']) stdin.on(event, () => end({ code: 0 }));
  stdout.on('error', () => end({ code: 0 }));
}
