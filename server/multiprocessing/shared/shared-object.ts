// What every handle of a shared object is: a name that this process has open.
import { checkDuration } from '../../../protocol/timers.ts';
import type { ObjectSpec } from '../../coordinator/sync/index.ts';
import type { Link } from './link.ts';

/** What each wait can be given. */
export interface WaitOptions {
  /** 0: does not wait. Infinity, or without: waits as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export abstract class SharedObject implements AsyncDisposable {
  readonly name: string;
  protected readonly link: Link;
  private closed = false;

  constructor(link: Link, name: string) {
    this.link = link;
    this.name = name;
  }

  /** Gives up what this process has of it, unless it has opened it elsewhere too. An object that
   *  nobody has open is forgotten, but a queue with items. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.link.ask({ kind: 'drop', name: this.name });
    this.link.belongings.drop(this.name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected look(): Promise<unknown> {
    return this.link.ask({ kind: 'look', name: this.name });
  }

  /** Waits where it does not matter which task of the process does. */
  protected askToWait(options: WaitOptions): Promise<unknown> {
    const timeoutMs = timeoutOf(options);
    return this.link.ask({ kind: 'wait', name: this.name, task: 0, timeoutMs }, options.signal);
  }
}

/** @returns what the coordinator says of it.
 *  @throws {SyncError} `WRONG_KIND` or `DIFFERENT` where the name is another's. */
export async function open(link: Link, name: string, spec: ObjectSpec): Promise<unknown> {
  const opened = await link.ask({ kind: 'open', name, spec });
  link.belongings.open(name, spec);
  return opened;
}

/** @returns `null` where there is no limit.
 *  @throws {RangeError} */
export function timeoutOf({ timeoutMs }: WaitOptions): number | null {
  if (timeoutMs === undefined) return null;
  checkDuration('timeoutMs', timeoutMs);
  return timeoutMs === Number.POSITIVE_INFINITY ? null : timeoutMs;
}
