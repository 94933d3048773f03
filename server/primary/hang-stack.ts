// The JavaScript stack of a process whose event loop does not turn: its inspector is woken by a
// signal, which works in an endless loop, too, and asked to pause. The process is to be killed then.
import { setTimeout as wait } from 'node:timers/promises';

/** What a child must be started with, so that its inspector takes a free port on loopback. */
export const INSPECTABLE = '--inspect-port=127.0.0.1:0';

const POLL_MS = 20;
const FRAMES_MAX = 30;
/** An inspector that is open already says nothing on the signal: what it said before holds then. */
const SAYS_WITHIN_MS = 300;

interface Frame {
  readonly functionName: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber?: number;
  };
}

/** The messages of the inspector's protocol that matter here. */
type Inspected =
  | { readonly method: 'Debugger.scriptParsed'; readonly params: { scriptId: string; url: string } }
  | { readonly method: 'Debugger.paused'; readonly params: { callFrames: readonly Frame[] } }
  | { readonly method?: undefined };

/** @param lastLines what the process has written of late: the inspector says there where it is.
 *  @returns the stack, innermost first; undefined when there was none in `timeoutMs` (a process
 *  that was stopped, or hangs outside of JavaScript). */
export async function stackOfHang(
  pid: number,
  lastLines: () => readonly string[],
  timeoutMs: number,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  // One that was opened and closed before had another port.
  const earlier = new Set(lastLines());
  try {
    process.kill(pid, 'SIGUSR1');
    return await paused(await inspectorUrl(lastLines, earlier, signal), signal);
  } catch {
    return undefined;
  }
}

/** @param earlier what was written before the inspector was woken. */
async function inspectorUrl(
  lastLines: () => readonly string[],
  earlier: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string> {
  const from = performance.now();
  for (;;) {
    const isLate = performance.now() - from > SAYS_WITHIN_MS;
    for (const line of lastLines().toReversed()) {
      const found = /Debugger listening on (ws:\/\/\S+)/.exec(line)?.[1];
      if (found && (isLate || !earlier.has(line))) return found;
    }
    await wait(POLL_MS, undefined, { signal });
  }
}

async function paused(url: string, signal: AbortSignal): Promise<string> {
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  signal.addEventListener('abort', () => reject(signal.reason));
  socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  socket.addEventListener('open', () => {
    socket.send('{"id":1,"method":"Debugger.enable"}');
    socket.send('{"id":2,"method":"Debugger.pause"}');
  });
  const urls = new Map<string, string>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Inspected;
    if (message.method === 'Debugger.scriptParsed') {
      urls.set(message.params.scriptId, message.params.url);
    } else if (message.method === 'Debugger.paused') {
      resolve(stackText(message.params.callFrames, urls));
    }
  });
  try {
    return await promise;
  } finally {
    socket.close();
  }
}

function stackText(frames: readonly Frame[], urls: ReadonlyMap<string, string>): string {
  const lines = frames.slice(0, FRAMES_MAX).map(({ functionName, location }) => {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const place = `${urls.get(scriptId)}:${lineNumber + 1}:${columnNumber + 1}`;
    return `at ${functionName || '(anonymous)'} (${place})`;
  });
  return lines.join('\n');
}
