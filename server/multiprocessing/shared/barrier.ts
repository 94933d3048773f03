// Barrier: its parties wait until all of them are there.
import type { Link } from './link.ts';
import { SharedObject, type WaitOptions } from './shared-object.ts';

/** Made by `group.barrier(name, parties)`. */
export class Barrier extends SharedObject {
  readonly parties: number;

  constructor(link: Link, name: string, parties: number) {
    super(link, name);
    this.parties = parties;
  }

  /** @returns 0 for who came first, up to `parties` - 1.
   *  @throws {BrokenBarrierError} when a party that waits with it waits too long, aborts or dies,
   *  or anyone aborts or resets the barrier; at once, when it is broken. */
  async wait(options: WaitOptions = {}): Promise<number> {
    return (await this.askToWait(options)) as number;
  }

  /** Ends all waits, and mends it. */
  async reset(): Promise<void> {
    await this.link.ask({ kind: 'reset', name: this.name });
  }

  /** Ends all waits, and breaks it. */
  async abort(): Promise<void> {
    await this.link.ask({ kind: 'abort', name: this.name });
  }

  async isBroken(): Promise<boolean> {
    return ((await this.look()) as { broken: boolean }).broken;
  }

  /** How many wait. */
  async waiting(): Promise<number> {
    return ((await this.look()) as { waiting: number }).waiting;
  }
}
