// This process's stdout for lines of a log: written synchronously, and lost where it cannot be.
import { pino } from 'pino';

/** @returns a function that writes text at once, so that a crash loses none. Text that cannot be
 *  written (a full disk) is dropped, and what comes after it is tried again; once the reader is
 *  gone, all is dropped. */
export function stdoutWriter(): (text: string) => void {
  let stream = open();
  function open() {
    const opened = pino.destination({ dest: 1, sync: true });
    // It keeps what it could not write, without end: another one begins with nothing.
    opened.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE') stream = open();
    });
    return opened;
  }
  return (text) => void stream.write(text);
}
