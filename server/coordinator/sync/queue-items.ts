// The items of a queue: those that wait in their order, and those that owners have taken.
//
// waiting → taken by an owner → confirmed, and forgotten. taken → waiting: put back, or the owner
// is gone; such items come before all that were never taken, in their old order.
import { Deque } from './deque.ts';
import { Heap, type Ranked } from './heap.ts';
import { OVERHEAD_BYTES } from './limits.ts';
import type { Owner } from './owner.ts';
import { sizeOf } from './plain.ts';
import type { Finder } from './sync-object.ts';

export class Item implements Ranked {
  /** Its number in the queue, from 1. */
  readonly at: number;
  readonly order = 0;
  heapIndex = -1;
  readonly value: unknown;
  /** How often it was given to someone. */
  deliveries: number;
  /** Of the reply that gave it to its present owner. */
  serial = 0;

  constructor(id: number, value: unknown, deliveries = 0) {
    this.at = id;
    this.value = value;
    this.deliveries = deliveries;
  }
}

/** What one owner has taken: oldest first. */
class Taken {
  /** Confirmed when the owner asks for more. */
  readonly auto = new Map<number, Item>();
  readonly manual = new Map<number, Item>();

  get size(): number {
    return this.auto.size + this.manual.size;
  }
}

type SavedItem = readonly [id: number, value: unknown, deliveries: number];
type SavedTakenItem = readonly [...SavedItem, serial: number];

export interface SavedItems {
  readonly lastId: number;
  /** Items themselves until they are written; none of these was ever delivered. */
  readonly fresh: readonly (SavedItem | Item)[];
  readonly returned: readonly SavedItem[];
  readonly taken: readonly {
    readonly owner: string;
    readonly auto: readonly SavedTakenItem[];
    readonly manual: readonly SavedTakenItem[];
  }[];
}

export class QueueItems {
  private lastId = 0;
  private readonly fresh = new Deque<Item>();
  private readonly returned = new Heap<Item>();
  private readonly taken = new Map<Owner, Taken>();
  private takenTotal = 0;
  private readonly charge: (bytes: number) => void;

  /** @param charge is told how many bytes the items take more, or less. */
  constructor(charge: (bytes: number) => void) {
    this.charge = charge;
  }

  /** Of the one that is given next. */
  get nextBytes(): number {
    return itemBytes((this.returned.first ?? this.fresh.first)!.value);
  }

  /** How many wait. */
  get size(): number {
    return this.fresh.length + this.returned.length;
  }

  /** How many are not confirmed, waiting ones included. */
  get unfinished(): number {
    return this.size + this.takenTotal;
  }

  /** How many owners have taken some. */
  get takers(): number {
    return this.taken.size;
  }

  takenBy(owner: Owner): number {
    return this.taken.get(owner)?.size ?? 0;
  }

  put(value: unknown): void {
    this.fresh.push(new Item(++this.lastId, value));
    this.charge(itemBytes(value));
  }

  /** Gives the first item to the owner, whose next reply has to be the one that says so. */
  take(owner: Owner, auto: boolean): Item {
    const { first } = this.returned;
    if (first) this.returned.remove(first);
    const item = first ?? this.fresh.shift()!;
    item.deliveries++;
    item.serial = owner.serial + 1;
    this.hold(owner, item, auto);
    return item;
  }

  /** @param id 0: the one that was taken first of those that are confirmed by hand.
   *  @returns the item, which the owner has no longer; undefined when it had none such. */
  release(owner: Owner, id: number): Item | undefined {
    const taken = this.taken.get(owner);
    if (!taken) return undefined;
    const sought = id === 0 ? taken.manual.keys().next().value : id;
    if (sought === undefined) return undefined;
    const item = taken.manual.get(sought) ?? taken.auto.get(sought);
    if (!item) return undefined;
    if (!taken.manual.delete(sought)) taken.auto.delete(sought);
    this.charge(-itemBytes(item.value));
    this.released(owner, taken, 1);
    return item;
  }

  /** Confirms the automatic items that the owner is known to have. */
  confirmReceived(owner: Owner): void {
    const taken = this.taken.get(owner);
    if (!taken) return;
    let count = 0;
    for (const [id, item] of taken.auto) {
      if (item.serial > owner.received) break;
      taken.auto.delete(id);
      this.charge(-itemBytes(item.value));
      count++;
    }
    this.released(owner, taken, count);
  }

  putBack(item: Item): void {
    this.charge(itemBytes(item.value));
    this.returned.add(item);
  }

  /** Everything that the owner has goes back to the front. */
  putAllBack(owner: Owner): void {
    const taken = this.taken.get(owner);
    if (!taken) return;
    for (const item of taken.auto.values()) this.returned.add(item);
    for (const item of taken.manual.values()) this.returned.add(item);
    const count = taken.size;
    taken.auto.clear();
    taken.manual.clear();
    this.released(owner, taken, count);
  }

  save(): SavedItems {
    const returned = [...this.returned].sort((a, b) => a.at - b.at);
    const taken = [...this.taken].map(([owner, { auto, manual }]) => ({
      owner: owner.id,
      auto: [...auto.values()].map(saveTaken),
      manual: [...manual.values()].map(saveTaken),
    }));
    const { lastId } = this;
    return {
      lastId,
      fresh: this.fresh.toArray(),
      returned: returned.map(saveItem),
      taken,
    };
  }

  load(saved: SavedItems, find: Finder): void {
    this.lastId = saved.lastId;
    for (const item of saved.fresh as readonly SavedItem[]) {
      this.fresh.push(this.loaded(new Item(...item)));
    }
    for (const item of saved.returned) this.returned.add(this.loaded(new Item(...item)));
    for (const { owner, auto, manual } of saved.taken) {
      for (const item of auto) this.hold(find.owner(owner), this.loaded(loadTaken(item)), true);
      for (const item of manual) this.hold(find.owner(owner), this.loaded(loadTaken(item)), false);
    }
  }

  private loaded(item: Item): Item {
    this.charge(itemBytes(item.value));
    return item;
  }

  private hold(owner: Owner, item: Item, auto: boolean): void {
    let taken = this.taken.get(owner);
    if (!taken) {
      taken = new Taken();
      this.taken.set(owner, taken);
    }
    (auto ? taken.auto : taken.manual).set(item.at, item);
    this.takenTotal++;
  }

  private released(owner: Owner, taken: Taken, count: number): void {
    this.takenTotal -= count;
    if (taken.size === 0) this.taken.delete(owner);
  }
}

/** What an item with this value takes. */
export const itemBytes = (value: unknown): number => OVERHEAD_BYTES + sizeOf(value);

const saveItem = (item: Item): SavedItem => [item.at, item.value, item.deliveries];
const saveTaken = (item: Item): SavedTakenItem => [...saveItem(item), item.serial];

function loadTaken([id, value, deliveries, serial]: SavedTakenItem): Item {
  const item = new Item(id, value, deliveries);
  item.serial = serial;
  return item;
}
