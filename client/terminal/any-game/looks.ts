// How the kinds of a game that this client does not know are drawn: letter, colour and layer of each.
import type { Kind } from '../../../protocol/index.ts';
import type { Entity } from '../../index.ts';
import { cleanText, MARK } from '../shown-text.ts';
import { type Colour, playerColour } from '../style.ts';
import { glyphsOf } from '../text.ts';
import { colourOf } from './colours.ts';

/** What is drawn later lies over what was drawn before. */
export enum Layer {
  /** Blocks of colour. */
  Ground,
  Thing,
  /** Has been seen to move. */
  Moving,
  /** Has a text of its own, such as a name. */
  Named,
  /** As the player's own avatar is. */
  Player,
}

export interface KindLook {
  readonly kind: string;
  readonly letter: string;
  readonly colour: Colour;
  readonly layer: Layer;
  readonly colourField: string | undefined;
  readonly charField: string | undefined;
  readonly nameField: string | undefined;
}

/** What is known of the entities of each kind beside their fields. */
export interface KindCounts {
  readonly avatarKind: string | undefined;
  /** Kinds of which an entity has moved. */
  readonly moving: ReadonlySet<string>;
  /** Kinds that cover most of what is in sight. */
  readonly covering: ReadonlySet<string>;
}

const COLOUR = /^colou?r$/i;
const CHAR = /^(char|glyph|symbol|icon)$/i;
const NAME = /^(name|nick|nickname|title|label)$/i;
const OWNER = /^(player|owner|team|side)$/i;
const GROUND =
  /^(tile|floor|ground|wall|water|grass|sand|lava|road|path|field|terrain|land|snow|ice|pixel|square|block|brick|cell)s?$/i;

/** Colours that everyone expects, by what a kind is called. */
const kindColours: readonly (readonly [RegExp, Colour])[] = [
  [/wall|rock|stone|brick|mountain/i, 243],
  [/water|sea|river|lake/i, 25],
  [/grass|field|meadow/i, 28],
  [/tree|bush|forest|plant/i, 71],
  [/sand|road|path|dirt/i, 137],
  [/gold|coin|treasure/i, 220],
  [/lava|fire|flame/i, 202],
  [/snow|ice/i, 153],
  [/floor|ground/i, 238],
];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** By the names of the kinds. */
export function looksOf(kinds: readonly Kind[], counts: KindCounts): ReadonlyMap<string, KindLook> {
  const looks = new Map<string, KindLook>();
  const taken = new Set<string>();
  const placed = kinds.filter(isPlacedKind);
  for (const [at, kind] of placed.entries()) {
    const layer = layerOf(kind, counts);
    const fieldOf = (pattern: RegExp) => kind.fields.find(({ name }) => pattern.test(name))?.name;
    looks.set(kind.name, {
      kind: kind.name,
      letter: letterOf(kind.name, layer >= Layer.Named, taken),
      colour: kindColours.find(([name]) => name.test(kind.name))?.[1] ?? playerColour(at),
      layer,
      colourField: fieldOf(COLOUR) ?? fieldOf(OWNER),
      charField: fieldOf(CHAR),
      nameField: nameFieldOf(kind),
    });
  }
  return looks;
}

/** Whether entities of the kind have a place in the world. */
export function isPlacedKind({ fields }: Kind): boolean {
  const isNumber = (name: string) =>
    fields.some((field) => field.name === name && field.type !== 'string' && field.type !== 'bool');
  return isNumber('x') && isNumber('y');
}

export function nameFieldOf({ fields }: Pick<Kind, 'fields'>): string | undefined {
  const texts = fields.filter(
    ({ name, type }) => type === 'string' && !COLOUR.test(name) && !CHAR.test(name),
  );
  return (texts.find(({ name }) => NAME.test(name)) ?? texts[0])?.name;
}

function layerOf(kind: Kind, { avatarKind, moving, covering }: KindCounts): Layer {
  if (kind.name === avatarKind) return Layer.Player;
  if (nameFieldOf(kind) !== undefined) return Layer.Named;
  if (moving.has(kind.name)) return Layer.Moving;
  const isPlain = kind.fields.every(({ name }) => /^[xy]$/.test(name) || COLOUR.test(name));
  const isPatch = isPlain && kind.fields.length > 2;
  return GROUND.test(kind.name) || isPatch || covering.has(kind.name) ? Layer.Ground : Layer.Thing;
}

/** The first letter of the name that no other kind has. */
function letterOf(name: string, isCapital: boolean, taken: Set<string>): string {
  const letter = [...name.toLowerCase(), ...LETTERS].find(
    (one) => LETTERS.includes(one) && !taken.has(one),
  );
  if (letter === undefined) return '?';
  taken.add(letter);
  return isCapital ? letter.toUpperCase() : letter;
}

export function entityColour(entity: Entity, look: KindLook): Colour {
  const { colourField } = look;
  return (colourField === undefined ? undefined : colourOf(entity[colourField])) ?? look.colour;
}

/** What stands for the entity: a character of one column, or of two where `columns` has room for it. */
export function entityChar(entity: Entity, look: KindLook, columns: number): string | undefined {
  if (look.charField === undefined) return undefined;
  const value = entity[look.charField];
  const isCode = typeof value === 'number' && Number.isInteger(value) && value > 32;
  const text = isCode && value <= 0x10ffff ? String.fromCodePoint(value) : value;
  if (typeof text !== 'string') return undefined;
  const glyph = glyphsOf(text).find(({ char }) => char.trim() !== '' && char !== MARK);
  return glyph && glyph.width <= columns ? glyph.char : undefined;
}

export function entityName(entity: Entity, { nameField }: KindLook): string {
  return nameField === undefined ? '' : cleanText(String(entity[nameField] ?? ''));
}
