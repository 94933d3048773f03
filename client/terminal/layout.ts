// Which part of the window shows what.
import type { Area } from './canvas.ts';

export const COLUMNS_MIN = 60;
export const ROWS_MIN = 16;
const CHAT_ROWS_TALL = 5;
const TALL_ROWS = 32;
const CHAT_ROWS = 2;

export interface Layout {
  readonly status: Area;
  readonly scene: Area;
  /** Where help and scores may stand: all but the status. */
  readonly overlay: Area;
  readonly events: Area;
  readonly chat: Area;
  readonly prompt: Area;
}

/** @returns undefined where the window is too small to play in. */
export function layoutOf(width: number, height: number): Layout | undefined {
  if (width < COLUMNS_MIN || height < ROWS_MIN) return undefined;
  const rows = (y: number, count: number): Area => ({ x: 0, y, width, height: count });
  const chatRows = height >= TALL_ROWS ? CHAT_ROWS_TALL : CHAT_ROWS;
  const sceneRows = height - chatRows - 3;
  return {
    status: rows(0, 1),
    scene: rows(1, sceneRows),
    overlay: rows(1, height - 1),
    events: rows(1 + sceneRows, 1),
    chat: rows(2 + sceneRows, chatRows),
    prompt: rows(height - 1, 1),
  };
}
