// Shares things with others in the group of the server: raises a value under a lock, puts and takes
// items of a queue, and tells of each step so that another can judge it, should this process die.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Group,
  type Lock,
  type Queue,
  runTask,
  type Value,
} from '../../server/multiprocessing/shared/index.ts';
import { until } from './until.ts';

/** What a sharer does, in order; `at` in µs of a clock that all processes have in common. Those in
 *  `-ing` come before what is asked, and may be the last that is heard of it. */
export type Step =
  | { readonly type: 'held'; readonly fence: number; readonly at: number }
  | { readonly type: 'raising' | 'raised' }
  | { readonly type: 'releasing'; readonly at: number }
  | { readonly type: 'putting' | 'put' | 'confirming' | 'confirmed'; readonly item: string };

export interface SharerOptions {
  readonly group: Group;
  readonly name: string;
  /** What comes next waits for it. */
  readonly tell: (step: Step) => void | Promise<void>;
  readonly problem: (text: string) => void;
}

/** So long it holds the lock at least: there must be time to die in. */
const HOLD_MS = 8;
const REST_MS = 40;

export class Sharer {
  private readonly options: SharerOptions;
  private readonly shared: Promise<Shared>;
  private items = 0;
  private stopping = false;
  private hasStopped = false;
  /** For people, should it not go on. */
  private phase = 'opens what is shared';

  constructor(options: SharerOptions) {
    this.options = options;
    this.shared = openShared(options.group);
    runTask(() => this.live()).catch((error: Error) => {
      this.problem(`${this.phase}: ${error.stack}`);
    });
  }

  /** Stops after what it is at, or says that it does not come to its end. */
  async settle(): Promise<void> {
    this.stopping = true;
    await until(() => this.hasStopped);
    if (!this.hasStopped) this.problem(`does not go on: it ${this.phase}`);
  }

  private async live(): Promise<void> {
    const shared = await this.shared;
    while (!this.stopping) {
      await this.raise(shared);
      await this.pass(shared);
      this.phase = 'rests';
      await sleep(REST_MS);
    }
    this.hasStopped = true;
  }

  /** In two steps, which are one under the lock. */
  private async raise({ lock, value }: Shared): Promise<void> {
    const { tell } = this.options;
    this.phase = 'waits for the lock';
    const held = await lock.acquire();
    await tell({ type: 'held', fence: held.fence, at: micros() });
    this.phase = 'raises the value';
    const before = await value.get();
    await sleep(HOLD_MS);
    await tell({ type: 'raising' });
    await value.set(before + 1);
    await tell({ type: 'raised' });
    await tell({ type: 'releasing', at: micros() });
    held.release();
  }

  /** There are never fewer items than those who take one. */
  private async pass({ queue }: Shared): Promise<void> {
    const { tell, name } = this.options;
    const item = `${name}, item ${++this.items}`;
    this.phase = `puts ${item}`;
    await tell({ type: 'putting', item });
    await queue.put(item);
    await tell({ type: 'put', item });
    this.phase = 'takes an item';
    const taken = await queue.take();
    await tell({ type: 'confirming', item: taken.value });
    await taken.confirm();
    await tell({ type: 'confirmed', item: taken.value });
  }

  private problem(text: string): void {
    this.options.problem(`${this.options.name}: ${text}`);
  }
}

/** What all sharers of a run have in common. */
export interface Shared {
  readonly lock: Lock;
  readonly value: Value<number>;
  readonly queue: Queue<string>;
}

export async function openShared(group: Group): Promise<Shared> {
  return {
    lock: await group.lock('chaos lock'),
    value: await group.value('chaos value', 0),
    queue: await group.queue<string>('chaos queue'),
  };
}

/** The same for all processes of the machine. */
export const micros = (): number => Number(process.hrtime.bigint() / 1000n);
