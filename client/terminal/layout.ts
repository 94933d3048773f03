// Which part of the window shows what.
import type { Area } from './canvas.ts';

export const COLUMNS_MIN = 60;
export const ROWS_MIN = 16;
const CHAT_ROWS_TALL = 5;
const TALL_ROWS = 32;
const CHAT_ROWS = 2;

/** The scene is not made smaller than this for trades: they cover a part of it then. */
const SCENE_ROWS_MIN = 11;

export interface Layout {
  readonly status: Area;
  /** Open trades: as many rows as they were given. */
  readonly trades: Area;
  readonly scene: Area;
  /** Where help and scores may stand: all but the status and the trades. */
  readonly overlay: Area;
  /** One row of events, and the chat below it. */
  readonly talk: Area;
  /** Rows of talk at most, where it covers a part of the scene: never the middle, where one is. */
  readonly talkRowsMax: number;
  readonly prompt: Area;
}

/** @param tradeRows that trades would like to have.
 *  @returns undefined where the window is too small to play in. */
export function layoutOf(width: number, height: number, tradeRows = 0): Layout | undefined {
  if (width < COLUMNS_MIN || height < ROWS_MIN) return undefined;
  const rows = (y: number, count: number): Area => ({ x: 0, y, width, height: count });
  const chatRows = height >= TALL_ROWS ? CHAT_ROWS_TALL : CHAT_ROWS;
  const free = height - chatRows - 3;
  const trades = Math.min(tradeRows, free);
  const above = Math.max(0, Math.min(trades, free - SCENE_ROWS_MIN));
  const talk = rows(1 + free, chatRows + 1);
  const scene = rows(1 + above, free - above);
  return {
    status: rows(0, 1),
    trades: rows(1, trades),
    scene,
    overlay: rows(1 + trades, height - 1 - trades),
    talk,
    talkRowsMax: talk.height + Math.max(0, Math.ceil(scene.height / 2) - 2),
    prompt: rows(height - 1, 1),
  };
}
