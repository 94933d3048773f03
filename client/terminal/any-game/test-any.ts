// For tests: worlds of games that the client does not know, and their pictures.
import type { FieldType, Kind } from '../../../protocol/index.ts';
import type { Area } from '../canvas.ts';
import { Canvas } from '../canvas.ts';
import { styles } from '../style.ts';
import { TestWorld } from '../test-world.ts';
import { type AnyView, drawAny } from './any-scene.ts';
import type { ArgInfo, CommandInfo, GameInfo } from './game-info.ts';

export function kindOf(name: string, fields: Readonly<Record<string, FieldType>>): Kind {
  return { name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) };
}

export function argOf(name: string, more: Partial<ArgInfo> = {}): ArgInfo {
  const none = { isOptional: false, min: undefined, max: undefined, values: [], text: '' };
  return { name, type: 'integer', ...none, ...more };
}

export function commandOf(name: string, ...args: ArgInfo[]): CommandInfo {
  return { name, text: '', args };
}

export function infoOf(parts: Partial<GameInfo> = {}): GameInfo {
  return { name: 'test', text: 'A test.', world: undefined, commands: [], ...parts };
}

/** A world of the game of README.md: 32×32, with oneself in it. */
export function paintWorld(x: number, y: number): TestWorld {
  const world = new TestWorld();
  world.game = 'paint';
  world.kinds = [
    kindOf('painter', { x: 'u8', y: 'u8', name: 'string', colour: 'u8' }),
    kindOf('tile', { x: 'u8', y: 'u8', colour: 'u8' }),
  ];
  world.viewRadius = 12;
  world.avatar = world.add('painter', { x, y, name: 'ada', colour: 1 });
  return world;
}

export const paintView: AnyView = {
  info: infoOf({ world: { width: 32, height: 32 } }),
  moving: new Set(),
  unit: 1,
  hasColours: true,
};

export function pictureOf(
  world: TestWorld,
  [width, height]: readonly [number, number],
  view: Partial<AnyView> = {},
  news: readonly string[] = [],
): Canvas {
  const canvas = new Canvas(width, height, styles.blank);
  const area: Area = { x: 0, y: 0, width, height };
  const none = { info: undefined, moving: new Set<string>(), unit: 1, hasColours: true };
  drawAny(canvas, area, world, { ...none, ...view }, news);
  return canvas;
}

export const rowsOf = (canvas: Canvas): string[] =>
  Array.from({ length: canvas.height }, (_, y) => canvas.row(y));

/** Where `text` is on the canvas, and how it looks there. */
export function find(canvas: Canvas, text: string): { x: number; y: number; look: number } {
  const y = rowsOf(canvas).findIndex((row) => row.includes(text));
  const x = y < 0 ? -1 : canvas.row(y).indexOf(text);
  return { x, y, look: canvas.styles[y * canvas.width + x]! };
}
