// What the player's own avatar has, for the upper row: `hp 10`, `3,7`.
import type { Kind } from '../../../protocol/index.ts';
import type { Entity } from '../../index.ts';
import { cleanText } from '../shown-text.ts';
import { isPlaced } from '../world.ts';
import { colourOf } from './colours.ts';
import { numberText } from './command-words.ts';

const TEXT_COLUMNS = 24;
/** The map shows them. */
const HIDDEN = /^(x|y|name|char|glyph|symbol|icon)$/i;

export interface AvatarField {
  readonly text: string;
  /** Where the field is a colour. */
  readonly ink: number | undefined;
}

export function avatarFields(avatar: Entity | undefined, kind: Kind | undefined): AvatarField[] {
  if (!avatar || !kind) return [];
  const shown: AvatarField[] = [];
  for (const { name, type } of kind.fields) {
    const value = avatar[name];
    if (HIDDEN.test(name)) continue;
    const ink = /^colou?r$/i.test(name) ? colourOf(value) : undefined;
    if (ink !== undefined) shown.push({ text: `${name} ■`, ink });
    else if (type === 'bool') shown.push(...(value ? [{ text: name, ink }] : []));
    else if (value !== '' && value !== undefined) {
      const text = typeof value === 'number' ? numberText(value) : cleanText(String(value));
      shown.push({ text: `${name} ${text.slice(0, TEXT_COLUMNS)}`, ink });
    }
  }
  if (isPlaced(avatar)) {
    shown.push({ text: `at ${numberText(avatar.x)},${numberText(avatar.y)}`, ink: undefined });
  }
  return shown;
}
