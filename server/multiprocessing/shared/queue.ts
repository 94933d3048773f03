// Queue and JoinableQueue: items go from producers to consumers, both first come, first served.
import type { Reply } from '../../coordinator/sync/index.ts';
import { MultiprocessingError } from '../errors.ts';
import type { Link } from './link.ts';
import { packFor, unpackFrom } from './packed.ts';
import { SharedObject, timeoutOf, type WaitOptions } from './shared-object.ts';

export interface QueueOptions {
  /** A put beyond waits. Without: 100,000. */
  readonly maxSize?: number | undefined;
}

type Given = Extract<Reply, { kind: 'given' }>;

/** An item that goes back to the front unless it is confirmed. */
export class Taken<T> {
  /** How often it was given to someone: above 1, another may have begun with it. */
  readonly deliveries: number;
  private readonly link: Link;
  private readonly name: string;
  private readonly item: number;
  private readonly packed: unknown;

  constructor(link: Link, name: string, { item, value, deliveries }: Given) {
    this.link = link;
    this.name = name;
    this.item = item;
    this.packed = value;
    this.deliveries = deliveries;
  }

  /** @throws {SyncError} `BAD_VALUE` where what put it was no process of this version: then the item can
   *  still be confirmed or put back. */
  get value(): T {
    return unpackFrom(this.name, this.packed) as T;
  }

  /** It is done with, and forgotten. */
  async confirm(): Promise<void> {
    await this.link.ask({ kind: 'confirm', name: this.name, item: this.item });
  }

  /** Others may have it. */
  async putBack(): Promise<void> {
    await this.link.ask({ kind: 'putBack', name: this.name, item: this.item });
  }
}

/** Made by `group.queue(name)`. What a process has taken and not done with when it dies goes back
 *  to the front. It is done with an item when it asks for the next one of this queue, or closes it
 *  or the group. */
export class Queue<T> extends SharedObject implements AsyncIterable<T> {
  /** @throws {TimeoutError} `FULL`, after `timeoutMs`.
   *  @throws {SyncError} `QUEUE_CLOSED`; `BAD_VALUE` for what would not arrive as it is; `TOO_MANY_BYTES`
   *  where the queue, or all of the group, has no room for it.
   *  @throws {MessageTooLargeError} above 1 MiB. */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    const { name } = this;
    const packed = packFor(name, value);
    const asked = { kind: 'put', name, value: packed, timeoutMs: timeoutOf(options) } as const;
    return this.link.ask(asked, options.signal, nothing);
  }

  /** @throws {TimeoutError} `EMPTY`, after `timeoutMs`.
   *  @throws {SyncError} `QUEUE_CLOSED`, when no item is left, nor with a consumer that may yet die. */
  get(options: WaitOptions = {}): Promise<T> {
    return this.give(options, true, ({ value }) => unpackFrom(this.name, value) as T);
  }

  /** As `get`, of an item that stays the queue's until it is confirmed. */
  take(options: WaitOptions = {}): Promise<Taken<T>> {
    return this.give(options, false, (given) => new Taken(this.link, this.name, given));
  }

  /** How many items wait. */
  async size(): Promise<number> {
    return ((await this.look()) as { size: number }).size;
  }

  /** No more items: puts are refused, and gets end when none is left. For all processes. */
  async end(): Promise<void> {
    await this.link.ask({ kind: 'close', name: this.name });
  }

  /** Every item that comes, until the queue has ended. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let value: T;
      try {
        value = await this.get();
      } catch (error) {
        if (error instanceof MultiprocessingError && error.code === 'QUEUE_CLOSED') return;
        throw error;
      }
      yield value;
    }
  }

  private async give<G>(options: WaitOptions, auto: boolean, as: (given: Given) => G): Promise<G> {
    const asked = { kind: 'get', name: this.name, timeoutMs: timeoutOf(options), auto } as const;
    return this.link.ask(asked, options.signal, as as (given: unknown) => G);
  }
}

function nothing(): void {}

/** Made by `group.joinableQueue(name)`. An item is done with when `taskDone` says so. */
export class JoinableQueue<T> extends Queue<T> {
  /** This process is done with the item that it took first of those that it has.
   *  @throws {SyncError} `TASK_DONE_TOO_OFTEN` */
  async taskDone(): Promise<void> {
    await this.link.ask({ kind: 'taskDone', name: this.name, item: 0 });
  }

  /** Waits until all items are done with.
   *  @throws {TimeoutError} */
  async join(options: WaitOptions = {}): Promise<void> {
    const asked = { kind: 'join', name: this.name, timeoutMs: timeoutOf(options) } as const;
    await this.link.ask(asked, options.signal);
  }
}
