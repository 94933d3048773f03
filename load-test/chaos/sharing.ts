// What a chaos run has in the group of the server: what is shared from first to last, and the
// processes that share it, some of which are killed.
import { Group } from '../../server/multiprocessing/shared/index.ts';
import type { Sharing } from './check-sharing.ts';
import { Holders, type HoldersOptions } from './holders.ts';
import { openShared, type Shared } from './sharer.ts';
import type { SharerRecord } from './sharer-record.ts';

const JOIN_MS = 20_000;
/** The lock of one that was killed is free by then. */
const FREE_MS = 1000;

export class SharedThings {
  private readonly group: Group;
  private readonly shared: Shared;
  private readonly holders: Holders;

  static async open(options: HoldersOptions): Promise<SharedThings> {
    const group = await Group.ofServer(options.data, { timeoutMs: JOIN_MS });
    return new SharedThings(group, await openShared(group), options);
  }

  private constructor(group: Group, shared: Shared, options: HoldersOptions) {
    this.group = group;
    this.shared = shared;
    this.holders = new Holders(options);
  }

  /** Kills no more, and lets those come to their ends that live. */
  settle(): Promise<SharerRecord[]> {
    return this.holders.settle();
  }

  /** When nobody else uses it any more. @param sharers all that there were. */
  async end(sharers: readonly SharerRecord[]): Promise<Sharing> {
    const { lock, value, queue } = this.shared;
    const held = await lock.acquire({ timeoutMs: FREE_MS }).catch(() => undefined);
    held?.release();
    const items: string[] = [];
    while ((await queue.size()) > 0) items.push(await queue.get());
    return { sharers, value: await value.get(), items, isLockFree: held !== undefined };
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.holders.stop();
    await this.group.close();
  }
}
