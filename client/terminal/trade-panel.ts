// The open trades below the status: with whom, what each gives, which offer it is, and what to say.
import type { Area, Canvas } from './canvas.ts';
import { clock } from './four.ts';
import type { Model } from './model.ts';
import { MARK } from './shown-text.ts';
import { type Style, styles } from './style.ts';
import { shorten, widthOf, wrap } from './text.ts';
import { ownedOfTradeText, partnerOf, swapText } from './trade-words.ts';
import type { OpenTrade } from './trading.ts';

export interface TradeLine {
  readonly text: string;
  /** At the right end of the row. */
  readonly end: string;
  readonly look: Style;
}

/** Further trades that are shown, each in one row. */
const OTHERS_MAX = 2;

/** The offer that is asked about, or else the newest, whole; the others in one row each. */
export function tradeLines(model: Model, width: number): TradeLine[] {
  const { trades, question } = model;
  const asked = trades.find(({ view }) => view.trade === question?.trade);
  const first = asked ?? trades.at(-1);
  if (!first) return [];
  const columns = width - 3;
  const lines = asked ? questionLines(asked, model, columns) : offerLines(first, model, columns);
  const others = trades.filter((trade) => trade !== first).reverse();
  for (const { view } of others.slice(0, OTHERS_MAX)) {
    const text = `TRADE with ${partnerOf(view)}: ${swapText(view)}`;
    lines.push({ text: shorten(text, columns), end: '', look: styles.trade });
  }
  const more = others.length - OTHERS_MAX;
  if (more > 0) lines.push({ text: `and ${more} more: /trades`, end: '', look: styles.trade });
  return lines;
}

function offerLines({ view, endsAtMs }: OpenTrade, model: Model, columns: number): TradeLine[] {
  const title = `TRADE with ${partnerOf(view)}, offer ${view.version ?? 1}`;
  const left = `${clock(Math.max(0, endsAtMs - model.nowMs))} left`;
  const state = wrap(stateText(view, model.keymap.chatKey), columns);
  const goods = goodsText(view, model);
  const titles = wrap(title, columns - left.length - 2);
  return [
    ...titles.map((text, i) => ({ text, end: i === 0 ? left : '', look: styles.tradeTitle })),
    ...wrap(goods, columns).map((text) => ({ text, end: '', look: styles.tradeGoods })),
    ...state.map((text) => ({ text, end: '', look: styles.trade })),
  ];
}

function stateText({ state, confirmed, otherConfirmed, ...view }: OpenTrade['view'], key: string) {
  if (state === 'confirmed') return 'Both have agreed: the swap is being made.';
  if (confirmed) return `The other has yet to agree. ${key}, then /cancel ends it.`;
  const other = otherConfirmed ? 'The other has agreed. ' : '';
  const counter = view.own ? '' : '/counter 5 gold for 1 trophy, ';
  return `${other}${key}, then /confirm, ${counter}or /cancel.`;
}

function goodsText(view: OpenTrade['view'], { owned }: Model): string {
  return owned ? `${swapText(view)} ${ownedOfTradeText(view, owned)}` : swapText(view);
}

function questionLines({ view }: OpenTrade, model: Model, columns: number): TradeLine[] {
  const answers = view.otherConfirmed
    ? 'Y: yes, swap now. N: no, do nothing.'
    : 'Y: yes; the other has to agree as well. N: no, do nothing.';
  const goods = goodsText(view, model);
  const title = `Agree to offer ${view.version ?? 1} of the trade with ${partnerOf(view)}?`;
  return [
    ...wrap(title, columns).map((text) => ({ text, end: '', look: styles.question })),
    ...wrap(goods, columns).map((text) => ({ text, end: '', look: styles.questionGoods })),
    ...wrap(answers, columns).map((text) => ({ text, end: '', look: styles.question })),
  ];
}

export function drawTrades(canvas: Canvas, area: Area, lines: readonly TradeLine[]): void {
  lines.slice(0, area.height).forEach(({ text, end, look }, i) => {
    const y = area.y + i;
    canvas.fill({ ...area, y, height: 1 }, look);
    canvas.set(area.x, y, MARK, look);
    canvas.write(area.x + 2, y, text, look, area);
    canvas.write(area.x + area.width - 1 - widthOf(end), y, end, look, area);
  });
}
