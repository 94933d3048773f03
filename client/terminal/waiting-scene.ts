// The picture while one waits for a match.
import type { Area, Canvas } from './canvas.ts';
import { clock } from './four.ts';
import { styles } from './style.ts';
import { widthOf } from './text.ts';

/** A match that one waits for. */
export interface Waiting {
  readonly sinceMs: number;
  /** How many wait, oneself among them; undefined before the server has said. */
  readonly count: number | undefined;
  /** How many a match takes; undefined before the server has said. */
  readonly players: number | undefined;
}

export function drawWaiting(canvas: Canvas, area: Area, waiting: Waiting, nowMs: number): void {
  const { sinceMs, count, players } = waiting;
  const counted = count === undefined ? '' : `${count} ${count === 1 ? 'waits' : 'wait'}, `;
  const others = players === 2 ? 'an opponent' : 'other players';
  const text = `Waiting for ${others} (${counted}${clock(nowMs - sinceMs)})`;
  const wanted = players === undefined || players === 2 ? 'another player asks' : `${players} ask`;
  const middle = area.y + Math.floor(area.height / 2);
  const lines = [text, `The game begins as soon as ${wanted} for it.`];
  lines.forEach((line, i) => {
    const x = area.x + Math.floor((area.width - widthOf(line)) / 2);
    canvas.write(x, middle + i, line, i === 0 ? styles.event : styles.hint, area);
  });
}
