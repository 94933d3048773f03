// The state at one moment, given in slices while the state goes on.
//
// Owners are captured at once: there are few, and what they keep does not change. Objects are
// captured when their turn comes, or before that, when one is about to change.
import type { Owner, SavedOwner } from './owner.ts';
import { type SavedObject, type SavedRest, type SavedSlice, slicesOf } from './saved.ts';
import type { SyncObject } from './sync-object.ts';

export class Capture implements Iterable<SavedSlice>, Disposable {
  readonly rest: SavedRest;
  readonly owners: readonly SavedOwner[];
  /** In the order in which they were made. */
  private readonly objects: readonly SyncObject[];
  /** What comes next of `objects`. */
  private next = 0;
  /** Of those that were captured before their turn. */
  private readonly early = new Map<SyncObject, unknown>();
  private readonly ended: () => void;

  /** @param ended is called when changes no longer matter to it. */
  constructor(
    rest: SavedRest,
    owners: Iterable<Owner>,
    objects: Iterable<SyncObject>,
    ended: () => void,
  ) {
    this.rest = rest;
    this.owners = Array.from(owners, (owner) => owner.save());
    this.objects = [...objects];
    this.ended = ended;
  }

  /** To be called before an object changes. */
  beforeChange(object: SyncObject): void {
    const next = this.objects[this.next];
    const last = this.objects.at(-1);
    // Objects that are through, and those that came after the capture, are not of interest.
    if (!next || object.order < next.order || object.order > last!.order) return;
    if (!this.early.has(object)) this.early.set(object, object.save());
    const { changesToo } = object;
    if (changesToo) this.beforeChange(changesToo);
  }

  /** To be called before any objects may change. */
  beforeAllChange(): void {
    for (let i = this.next; i < this.objects.length; i++) this.beforeChange(this.objects[i]!);
    this.ended();
  }

  *[Symbol.iterator](): Generator<SavedSlice, void> {
    yield* slicesOf('owners', this.owners);
    yield* slicesOf('objects', this.savedObjects());
  }

  /** It is not read to its end. */
  [Symbol.dispose](): void {
    this.next = this.objects.length;
    this.early.clear();
    this.ended();
  }

  /** Each in its state at the time of the capture. */
  *savedObjects(): Generator<SavedObject, void> {
    while (this.next < this.objects.length) {
      const object = this.objects[this.next]!;
      const { name, order, spec } = object;
      const state = this.early.get(object) ?? object.save();
      this.early.delete(object);
      this.next++;
      yield { name, order, spec, state, openers: [] };
    }
    this.ended();
  }
}
