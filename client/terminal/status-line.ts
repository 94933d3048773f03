// The upper row: what one has, and how the connection is.

import { avatarFields } from './any-game/avatar-fields.ts';
import type { Area, Canvas } from './canvas.ts';
import { pointer } from './directions.ts';
import { keymapOf } from './keymap.ts';
import type { Model } from './model.ts';
import { backgroundOf, type Style, style, styles } from './style.ts';
import { widthOf } from './text.ts';
import { Hurt, type Miner, ownMiner, type World } from './world.ts';

interface Segment {
  readonly text: string;
  readonly look: Style;
  /** The larger, the sooner it makes way where the window is narrow. */
  readonly spare: number;
}

const GAP = 2;

export function drawStatus(canvas: Canvas, area: Area, model: Model): void {
  canvas.fill(area, styles.bar);
  const { left, right } = fitting(mine(model), connection(model), area.width - 2);
  let x = area.x + 1;
  for (const { text, look } of left) x = canvas.write(x, area.y, text, look, area) + GAP;
  x = area.x + area.width - 1 - widthOfAll(right);
  for (const { text, look } of right) x = canvas.write(x, area.y, text, look, area) + GAP;
}

function mine(model: Model): Segment[] {
  const miner = ownMiner(model.world);
  if (!miner) {
    const name = { text: model.world?.game ?? model.game, look: styles.barGold, spare: 0 };
    const { world, game } = model;
    return world && keymapOf(game) === undefined ? [name, ...avatarSegments(world)] : [name];
  }
  const segments = [
    { text: `gold ${miner.gold}`, look: styles.barGold, spare: 0 },
    { text: `banked ${miner.banked}`, look: styles.bar, spare: 1 },
    { text: `rank ${miner.rank > 0 ? miner.rank : '–'}`, look: styles.bar, spare: 3 },
  ];
  const bank = bankText(model, miner);
  if (bank) segments.push({ text: bank, look: styles.barGood, spare: 2 });
  if (miner.hurt === Hurt.Stunned)
    segments.push({ text: 'STUNNED', look: styles.barBad, spare: 1 });
  if (miner.hurt === Hurt.Protected) {
    segments.push({ text: 'protected', look: styles.barGood, spare: 4 });
  }
  return segments;
}

/** What one's own avatar has, in a game that this client does not know. */
function avatarSegments({ avatar, kinds }: World): Segment[] {
  const kind = kinds.find(({ name }) => name === avatar?.kind);
  return avatarFields(avatar, kind).map(({ text, ink }, i) => ({
    text,
    look: ink === undefined ? styles.bar : style(ink, backgroundOf(styles.bar)),
    spare: 7 + i,
  }));
}

/** How far the nearest known bank is, and where. */
function bankText({ map }: Model, { x, y }: Miner): string | undefined {
  const bank = map.nearestBank(x, y);
  if (!bank) return undefined;
  const tiles = Math.abs(bank.x - x) + Math.abs(bank.y - y);
  return tiles === 0 ? 'in the bank' : `bank ${pointer(bank.x - x, bank.y - y)}${tiles}`;
}

function connection({ rttMs, worker, players, online }: Model): Segment[] {
  const segments: Segment[] = [];
  const add = (text: string, spare: number) => segments.push({ text, look: styles.barDim, spare });
  if (rttMs !== undefined) add(`${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`, 2);
  if (worker !== undefined) add(`worker ${worker}`, 4);
  if (players !== undefined) add(`${players} here`, 5);
  if (online !== undefined) add(`${online} online`, 6);
  return segments;
}

/** Leaves out what can be spared most until the rest fits. */
function fitting(left: readonly Segment[], right: readonly Segment[], columns: number) {
  const all = [...left, ...right].sort((a, b) => b.spare - a.spare);
  const dropped = new Set<Segment>();
  const kept = (of: readonly Segment[]) => of.filter((segment) => !dropped.has(segment));
  while (widthOfAll(kept(left)) + GAP + widthOfAll(kept(right)) > columns && all.length > 1) {
    dropped.add(all.shift()!);
  }
  return { left: kept(left), right: kept(right) };
}

function widthOfAll(segments: readonly Segment[]): number {
  return segments.reduce((sum, { text }) => sum + widthOf(text) + GAP, -GAP);
}
