// Requests of this process that wait for a reply. While there are any, the process does not end.
import type { Reply } from '../../coordinator/sync/index.ts';
import type { KeepAlive } from '../keep-alive.ts';
import type { Asked, Pending } from './asked.ts';
import { Numbered } from './numbered.ts';
import { refusal } from './refusal.ts';

/** How one of them ends, for who asks. */
export interface Asking<T> {
  readonly signal?: AbortSignal | undefined;
  /** Makes of a reply's value what the request gives. */
  readonly arrived: (value: unknown) => T;
}

export class PendingRequests {
  private readonly requests = new Numbered<Pending>();
  private readonly keepAlive: KeepAlive;
  private readonly cancel: (request: number) => void;

  /** @param cancel is told of a request whose signal has aborted. */
  constructor(keepAlive: KeepAlive, cancel: (request: number) => void) {
    this.keepAlive = keepAlive;
    this.cancel = cancel;
  }

  /** By their numbers. */
  get all(): Pending[] {
    return this.requests.all;
  }

  /** @param number above that of all before. */
  add<T>(number: number, asked: Asked, { signal, arrived }: Asking<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let aborted = nothing;
      if (signal) {
        aborted = () => this.cancel(number);
        signal.addEventListener('abort', aborted, { once: true });
      }
      const pending = { number, asked, signal, aborted, arrived, resolve, reject } as Pending;
      if (this.requests.size === 0) this.keepAlive.hold();
      this.requests.add(pending);
    });
  }

  answered(reply: Extract<Reply, { kind: 'done' | 'given' | 'failed' }>): void {
    const pending = this.remove(reply.request);
    if (!pending) return;
    if (reply.kind !== 'failed') fulfil(pending, reply.kind === 'done' ? reply.value : reply);
    else if (reply.code === 'ABORTED' && pending.signal?.aborted) {
      pending.reject(pending.signal.reason);
    } else pending.reject(refusal(reply.code, pending.asked, reply.detail));
  }

  /** Withdraws the request. @returns undefined where it has its reply. */
  remove(request: number): Pending | undefined {
    const pending = this.requests.remove(request);
    if (!pending) return undefined;
    pending.signal?.removeEventListener('abort', pending.aborted);
    if (this.requests.size === 0) this.keepAlive.release();
    return pending;
  }

  /** @returns all that there were, by their numbers. */
  removeAll(): Pending[] {
    const all = this.requests.all;
    for (const { number } of all) this.remove(number);
    return all;
  }
}

/** What `arrived` throws fails the request: what others gave may be at fault. */
function fulfil({ arrived, resolve, reject }: Pending, value: unknown): void {
  try {
    resolve(arrived(value));
  } catch (error) {
    reject(error);
  }
}

function nothing(): void {}
