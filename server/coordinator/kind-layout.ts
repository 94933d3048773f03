// Where the values of a game's entities stand in what is written down of them.
import type { FieldType } from '../../protocol/index.ts';
import type { Game, KindSpecs } from '../games/index.ts';
import { orderFields } from './entity-fields.ts';

/** One kind: its fields in the order in which an entity's values are saved. */
export interface KindLayout {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, type: FieldType])[];
}

/** In the order of the game's kinds. */
export function layoutOf(game: Game): readonly KindLayout[] {
  return Object.entries(game.entities as KindSpecs).map(([name, spec]) => ({
    name,
    fields: orderFields(spec).map(({ name, type }) => [name, type]),
  }));
}

export function isSameLayout(a: readonly KindLayout[], b: readonly KindLayout[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
