// Semaphore and BoundedSemaphore: as many may go on as there are permits.
import type { Link } from './link.ts';
import { SharedObject, timeoutOf, type WaitOptions } from './shared-object.ts';

/** `using` and `await using` release it. */
export class Permit implements Disposable, AsyncDisposable {
  private readonly link: Link;
  private readonly name: string;
  private released = false;

  constructor(link: Link, name: string) {
    this.link = link;
    this.name = name;
  }

  /** At once; nothing, when it was called before. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.link.post({ kind: 'release', name: this.name, task: 0, fence: 0, count: 1 });
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}

/** Made by `group.semaphore(name, permits)` and `group.boundedSemaphore(name, permits)`. */
export class Semaphore extends SharedObject {
  /** Waits for a permit, which goes back when the process ends.
   *  @throws {TimeoutError} after `timeoutMs`. */
  async acquire(options: WaitOptions = {}): Promise<Permit> {
    const { link, name } = this;
    const timeoutMs = timeoutOf(options);
    const asked = { kind: 'acquire', name, task: 0, timeoutMs, leaseMs: 0 } as const;
    return link.ask(asked, options.signal, () => new Permit(link, name));
  }

  /** Gives permits, also permits that no process had acquired.
   *  @throws {SyncError} `RELEASED_TOO_OFTEN`, of a bounded one that has all of its permits. */
  async release(count = 1): Promise<void> {
    await this.link.ask({ kind: 'release', name: this.name, task: 0, fence: 0, count });
  }

  /** How many are free. */
  async permits(): Promise<number> {
    return ((await this.look()) as { permits: number }).permits;
  }
}
