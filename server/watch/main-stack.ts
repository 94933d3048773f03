// The JavaScript stack of this process's main thread, taken from another thread: no port is opened.
import { type Debugger, Session } from 'node:inspector';

const FRAMES_MAX = 30;

/** Pauses the main thread for a moment, 20 to 35 ms with all of the server's code, also in an endless
 *  loop. The thread that calls must keep a handle alive meanwhile. (The inspector could also end a loop,
 *  by `Runtime.terminateExecution`, but Node aborts then.)
 *  @returns innermost first; undefined where the thread does not pause within `timeoutMs`, because it
 *  waits in a call of the system or runs no JavaScript. */
export async function mainStack(timeoutMs: number): Promise<string | undefined> {
  const session = new Session();
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(resolve, timeoutMs, undefined);
  const urls = new Map<string, string>();
  try {
    session.connectToMainThread();
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    session.on('Debugger.paused', ({ params }) => resolve(textOf(params.callFrames, urls)));
    session.post('Debugger.enable');
    session.post('Debugger.pause');
    return await promise;
  } finally {
    clearTimeout(timer);
    // A main thread that is paused goes on when its debugger is gone.
    session.disconnect();
  }
}

function textOf(frames: readonly Debugger.CallFrame[], urls: ReadonlyMap<string, string>): string {
  const lines = frames.slice(0, FRAMES_MAX).map(({ functionName, location }) => {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const place = `${urls.get(scriptId)}:${lineNumber + 1}:${columnNumber + 1}`;
    return `at ${functionName || '(anonymous)'} (${place})`;
  });
  return lines.join('\n');
}
