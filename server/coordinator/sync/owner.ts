// An owner: who holds and waits, and the replies that it may not have received yet.
import { Deque } from './deque.ts';
import { OVERHEAD_BYTES } from './limits.ts';
import type { NumberedReply } from './messages.ts';
import { sizeOf } from './plain.ts';
import type { SyncObject } from './sync-object.ts';
import type { Waiter } from './waiters.ts';

export interface SavedOwner {
  readonly id: string;
  readonly attached: boolean;
  readonly lastRequest: number;
  readonly serial: number;
  readonly received: number;
  readonly kept: readonly NumberedReply[];
  /** The names of what it has open, and how often; earlier versions have that with the objects. */
  readonly opens?: readonly (readonly [string, number])[];
}

export class Owner {
  readonly id: string;
  /** False between a restart and its next `attach`. */
  attached = true;
  /** Nobody hears what is said to it any more. */
  isGone = false;
  lastRequest = 0;
  /** The number of its last reply. */
  serial = 0;
  received = 0;
  /** By the number of the request. */
  readonly waiting = new Map<number, Waiter>();
  /** Those of `waiting` that wait for locks, by task. */
  readonly lockWaits = new Map<number, Set<Waiter>>();
  readonly holds = new Set<SyncObject>();
  /** How often each is open. */
  readonly opens = new Map<SyncObject, number>();
  private readonly kept = new Deque<NumberedReply>();

  /** What its replies and waits take. */
  bytes = 0;
  private readonly total: { bytes: number };

  /** @param total counts the bytes of all owners. */
  constructor(id: string, total: { bytes: number }) {
    this.id = id;
    this.total = total;
    this.charge(OVERHEAD_BYTES);
  }

  charge(bytes: number): void {
    this.bytes += bytes;
    this.total.bytes += bytes;
  }

  /** Keeps a reply until it has been received; at most `max` of them. */
  keep(reply: NumberedReply, max: number): void {
    if (this.kept.length === max) this.forgetFirst();
    this.kept.push(reply);
    this.charge(bytesOf(reply));
  }

  /** It has every reply up to `serial`. */
  receive(serial: number): void {
    if (serial <= this.received) return;
    this.received = Math.min(serial, this.serial);
    const { kept } = this;
    while (kept.length > 0 && kept.first!.serial <= serial) this.forgetFirst();
  }

  /** @returns the replies after `received`; undefined when some of them are not kept any more. */
  repliesAfter(received: number): NumberedReply[] | undefined {
    const replies = this.kept.toArray().filter((reply) => reply.serial > received);
    return replies.length === this.serial - received ? replies : undefined;
  }

  save(): SavedOwner {
    const { id, attached, lastRequest, serial, received } = this;
    const opens = Array.from(this.opens, ([object, count]) => [object.name, count] as const);
    return { id, attached, lastRequest, serial, received, kept: this.kept.toArray(), opens };
  }

  static restore(saved: SavedOwner, total: { bytes: number }): Owner {
    const owner = new Owner(saved.id, total);
    owner.attached = saved.attached;
    owner.lastRequest = saved.lastRequest;
    owner.serial = saved.serial;
    owner.received = saved.received;
    for (const reply of saved.kept) {
      owner.kept.push(reply);
      owner.charge(bytesOf(reply));
    }
    return owner;
  }

  private forgetFirst(): void {
    this.charge(-bytesOf(this.kept.shift()!));
  }
}

function bytesOf(reply: NumberedReply): number {
  return 'value' in reply ? OVERHEAD_BYTES + sizeOf(reply.value) : OVERHEAD_BYTES;
}
