// Trades in words: what a player types, and what he is told.

import type { Goods, Trade } from '../index.ts';
import { cleanText, nameOf } from './shown-text.ts';

/** `with`: whose trade is meant, by name; '' where that is not said. */
export type TradeCommand =
  | {
      readonly do: 'trade';
      readonly with: string | number;
      readonly give: Goods;
      readonly want: Goods;
    }
  | { readonly do: 'counter'; readonly with: string; readonly give: Goods; readonly want: Goods }
  | { readonly do: 'confirm' | 'cancel'; readonly with: string }
  | { readonly do: 'trades' }
  | { readonly do: 'account' };

export const TRADE_HELP =
  'To trade, say: /trade bob 100 gold for 1 trophy; /counter 80 gold for 1 trophy; /confirm; ' +
  '/cancel; /trades. With several open: /confirm bob. /account says what you own.';

/** Whether a line that begins with / is about trades, well put or not. */
export function isTradeWord(line: string): boolean {
  return /^\/(account|trade|trades|counter|confirm|cancel)\b/.test(line);
}

/** What a line that begins with / asks for.
 *  @returns undefined where it is not understood. */
export function tradeCommandOf(line: string): TradeCommand | undefined {
  const [, word, rest = ''] = /^\/(\w+)\s*(.*)$/.exec(line.trim()) ?? [];
  if (word === 'confirm' || word === 'cancel') return { do: word, with: rest };
  if (word === 'trades' || word === 'account') return { do: word };
  if (word !== 'trade' && word !== 'counter') return undefined;
  const parts = nameAndSwapOf(rest);
  if (!parts) return undefined;
  const { who, ...swap } = parts;
  if (word === 'counter') return { do: word, with: who, ...swap };
  if (who === '') return undefined;
  return { do: word, with: /^#\d+$/.test(who) ? Number(who.slice(1)) : who, ...swap };
}

/** A name may have several words, and numbers among them, as in `bot 1`: it ends at the first place
 *  after which all of the rest is a swap. */
function nameAndSwapOf(text: string): { who: string; give: Goods; want: Goods } | undefined {
  for (const { index } of text.matchAll(/(?<!\S)(?:\d+|for)\s/g)) {
    const swap = swapOf(text.slice(index));
    if (swap) return { who: text.slice(0, index).trim(), ...swap };
  }
  return undefined;
}

/** `100 gold and 2 pearl for 1 trophy`; either side may be missing. */
function swapOf(text: string): { give: Goods; want: Goods } | undefined {
  const [, first, second] = /^(.*?)(?:(?:^|\s+)for\s+(.*))?$/.exec(text.trim())!;
  const give = goodsOf(first!);
  const want = goodsOf(second ?? '');
  if (!give || !want || Object.keys(give).length + Object.keys(want).length === 0) return undefined;
  return { give, want };
}

function goodsOf(text: string): Goods | undefined {
  if (text.trim() === '') return {};
  const goods: Record<string, number> = {};
  for (const part of text.split(/\s*,\s*|\s+and\s+/)) {
    const [, amount, item] = /^(\d{1,15})\s+([A-Za-z][A-Za-z0-9-]*)$/.exec(part.trim()) ?? [];
    if (item === undefined) return undefined;
    goods[item] = Number(amount);
  }
  return goods;
}

/** @returns what the player is told of a trade that is over; undefined for one that is not. */
export function outcomeText(view: Trade): string | undefined {
  const other = nameOf(view.with);
  if (view.state === 'done') return `Swapped with ${other}: ${pastText(view)}`;
  if (view.state === 'ended') return `The trade with ${other} is over. ${view.text ?? ''}`;
  return undefined;
}

/** The other of a trade: several players may have one name, and none has the number of another. */
export function partnerOf({ with: name, player }: Trade): string {
  return player === undefined ? nameOf(name) : `${nameOf(name)} (#${player})`;
}

export function swapText({ give, want }: Trade): string {
  return `You give ${goodsText(give)}. You get ${goodsText(want)}.`;
}

/** What the account holds of the items of a trade. */
export function ownedOfTradeText({ give, want }: Trade, owned: Goods): string {
  const items = new Set([...Object.keys(give), ...Object.keys(want)]);
  const goods = [...items].map((item) => [item, Object.hasOwn(owned, item) ? owned[item] : 0]);
  return `You own ${goodsText(Object.fromEntries(goods))}.`;
}

export function ownedText(owned: Goods): string {
  return `Your account holds ${goodsText(owned)}.`;
}

/** @returns undefined for what is not as the lobby answers to `account`. */
export function ownedOf(answer: unknown): Goods | undefined {
  const items: unknown = isObject(answer) ? answer.items : undefined;
  if (!isObject(items)) return undefined;
  return Object.fromEntries(
    Object.entries(items).filter((row): row is [string, number] => typeof row[1] === 'number'),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function pastText({ give, want }: Trade): string {
  return `you gave ${goodsText(give)} and got ${goodsText(want)}.`;
}

/** Those of `trades` that are meant by a name or by a number such as #12; all for ''. */
export function tradesWith(trades: readonly Trade[], who: string): Trade[] {
  const name = cleanText(who);
  return trades.filter(
    (view) => name === '' || cleanText(view.with) === name || `#${view.player}` === name,
  );
}

function goodsText(goods: Goods): string {
  const parts = Object.entries(goods).map(([item, amount]) => `${amount} ${cleanText(item)}`);
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}
