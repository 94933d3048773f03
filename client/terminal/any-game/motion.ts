// Which kinds move: they are drawn over those that do not.
import type { Entity, StateChange } from '../../index.ts';

interface Place {
  readonly x: unknown;
  readonly y: unknown;
}

/** Looks at the entities of a kind only until one of them has moved. */
export class Motion {
  /** The names of the kinds. */
  readonly moving = new Set<string>();
  private readonly places = new Map<number, Place>();

  /** @param entities those in sight after the change. */
  observe(
    entities: ReadonlyMap<number, Entity>,
    { entered, changed, left }: Pick<StateChange, 'entered' | 'changed' | 'left'>,
  ): void {
    for (const id of left) this.places.delete(id);
    for (const id of entered) this.look(entities.get(id));
    for (const id of changed) this.look(entities.get(id));
  }

  private look(entity: Entity | undefined): void {
    if (!entity || this.moving.has(entity.kind)) return;
    const { id, kind, x, y } = entity;
    const before = this.places.get(id);
    if (!before) this.places.set(id, { x, y });
    else if (before.x !== x || before.y !== y) this.moving.add(kind);
  }
}
