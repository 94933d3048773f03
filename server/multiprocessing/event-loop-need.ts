// Notices the first thing in this process that needs the event loop.
import { type AsyncHook, createHook } from 'node:async_hooks';
import inspector from 'node:inspector';

/** What runs before the event loop goes on, and what is just open. */
const passing = new Set(['TickObject', 'Microtask', 'FILEHANDLE', 'DNSCHANNEL']);
/** Of files: many a module closes one while it is loaded, and needs nothing else. */
const fileRequests = new Set(['FSREQCALLBACK', 'FSREQPROMISE', 'FILEHANDLECLOSEREQ']);

/** How often in all it is looked whether such requests are done, before they are a need. */
const LOOKS_MAX = 100;
const LOOK_MS = 1;

/** Timers, sockets, workers, listeners of signals: all that Node itself will call back for. It does
 *  not know of what V8 does beside the program. */
export class EventLoopNeed {
  private wasSeen = isThereFromTheStart();
  private isOwn = false;
  private readonly requests = new Set<number>();
  private looks = 0;
  private readonly hook: AsyncHook;

  constructor() {
    this.hook = createHook({
      init: (id, type) => this.begun(id, type),
      before: (id) => this.requests.delete(id),
      // They would cost each `await` a call. Those that matter are asked for by other means.
      trackPromises: false,
    }).enable();
  }

  /** A debugger may be wanted at any time. */
  get isThere(): boolean {
    return this.wasSeen || inspector.url() !== undefined;
  }

  /** Calls `run` when the event loop has turned and, within reason, requests of files are done. That is
   *  no need. */
  turn(run: () => void): void {
    this.isOwn = true;
    setImmediate(this.turned, run);
    this.isOwn = false;
  }

  /** Notices nothing any more, and costs nothing. */
  close(): void {
    this.hook.disable();
  }

  private begun(id: number, type: string): void {
    if (this.isOwn || passing.has(type)) return;
    if (fileRequests.has(type)) this.requests.add(id);
    else this.wasSeen = true;
  }

  private readonly turned = (run: () => void): void => {
    if (this.requests.size > 0 && ++this.looks > LOOKS_MAX) this.wasSeen = true;
    if (this.requests.size === 0 || this.wasSeen) {
      run();
      return;
    }
    this.isOwn = true;
    setTimeout(this.turned, LOOK_MS, run);
    this.isOwn = false;
  };
}

const preloading = /(^|\s)(-r|--(require|import|(experimental-)?loader))(=|\s)/;

/** What was loaded before this may have left anything. */
function isThereFromTheStart(): boolean {
  if (preloading.test([...process.execArgv, process.env.NODE_OPTIONS].join(' '))) return true;
  return process.eventNames().some((name) => String(name).startsWith('SIG'));
}
