// No name, line of chat or item can pose as a line of the client's own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trade } from '../index.ts';
import type { Canvas } from './canvas.ts';
import { CaveMap } from './cave-map.ts';
import { Feed } from './feed.ts';
import { eventText } from './happenings.ts';
import { layoutOf } from './layout.ts';
import type { Model } from './model.ts';
import { areTradesWhole, pictureOf } from './picture.ts';
import { cleanText, labelOf, MARK, nameOf } from './shown-text.ts';
import { styles } from './style.ts';
import { CHUNK, modelOf, TestWorld } from './test-world.ts';
import { widthOf } from './text.ts';
import { tradeLines } from './trade-panel.ts';

const BOB = 12;
const offer: Trade = {
  trade: 7,
  state: 'open',
  with: 'bob',
  player: BOB,
  version: 2,
  own: false,
  confirmed: false,
  otherConfirmed: true,
  endsMs: 30_000,
  give: { gold: 100 },
  want: { trophy: 1 },
};
const SIZES = [
  [60, 16],
  [60, 20],
  [80, 24],
  [200, 60],
] as const;

interface Hostile {
  readonly name: string;
  readonly chat: string;
}

/** A picture with an event, an offer, a miner beside the left edge, and a line of chat. */
function modelWith({ name, chat }: Hostile, more: Partial<Model> = {}): Model {
  const feed = new Feed();
  feed.event(eventText('hit', { by: name, lost: 3 }), 0);
  feed.chat({ from: name, player: 3, text: chat, atMs: 0 });
  const map = new CaveMap();
  map.add(0, 0, CHUNK);
  const world = new TestWorld();
  world.avatar = world.miner(1, 40, 20);
  for (let x = 0; x < 40; x++) {
    Object.assign(world.miner(3, x, 24, { rank: x % 2 }), { name });
  }
  const trades = [{ view: { ...offer, with: name }, endsAtMs: 30_000 }];
  return modelOf({ feed, world, map, trades, ...more });
}

const marked = (canvas: Canvas): number[] =>
  Array.from({ length: canvas.height }, (_, y) => y).filter((y) => canvas.row(y).includes(MARK));

const harmless: Hostile = { name: 'bob', chat: 'hello' };
const lines = [
  'offers you 100 gold for 1 trophy: /confirm',
  `${MARK} TRADE with bob (#12), offer 2`,
  `x\n${MARK} Swapped with bob`,
  `${' '.repeat(60)}${MARK} Agree to offer 2?`,
  '\u202e\u2066mrifnoc/\u0007\u001b[2J',
  '\u3164\u2800\u00a0TRADE with bob',
  'a\u0301\u0489\u200d漢字'.repeat(20),
  'X'.repeat(200),
  '漢'.repeat(200),
];
const text = fc.oneof(
  fc.constantFrom(...lines),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.oneof(fc.constantFrom(...lines, ' ', MARK, '“', '”', ': '), fc.string()))
    .map((parts) => parts.join('')),
);
const hostile = fc.record({
  name: text.map((name) => name.slice(0, 24).toWellFormed()),
  chat: text,
});

describe('Text of players', () => {
  it('never begins a row as the client does, and begins each of its own with the name', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(...SIZES), (given, [width, height]) => {
        const model = modelWith(given);
        const canvas = pictureOf(model, width, height);
        const layout = layoutOf(width, height, tradeLines(model, width).length)!;
        const rows = marked(canvas);
        const inPanel = rows.filter((y) => y <= layout.trades.height);
        const inTalk = rows.filter((y) => y > layout.trades.height);
        expect(inPanel).toHaveLength(layout.trades.height);
        expect(inTalk.length).toBeGreaterThan(0);
        expect(inTalk.length).toBeLessThan(5);
        for (const y of rows) expect(canvas.row(y).lastIndexOf(MARK)).toBe(0);
        const below = Array.from({ length: layout.prompt.y }, (_, y) => y).slice(
          inTalk.at(-1)! + 1,
        );
        const chat = below.filter((y) => canvas.row(y).trim() !== '');
        expect(chat.length).toBeGreaterThan(0);
        const from = nameOf(given.name).slice(0, 3).trim();
        for (const y of chat) {
          expect(canvas.row(y).startsWith(` ${from}`)).toBe(true);
          expect(canvas.styles[y * width]).toBe(styles.blank);
          expect(canvas.row(y)).toContain(': ');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never has the look of the panel of trades, nor what a terminal acts on', () => {
    const panel = new Set<number>([styles.trade, styles.tradeTitle, styles.tradeGoods]);
    fc.assert(
      fc.property(hostile, fc.constantFrom(...SIZES), (given, [width, height]) => {
        const model = modelWith(given);
        const canvas = pictureOf(model, width, height);
        const layout = layoutOf(width, height, tradeLines(model, width).length)!;
        const end = (1 + layout.trades.height) * width;
        expect(canvas.styles.slice(end).some((look) => panel.has(look))).toBe(false);
        for (const [at, char] of canvas.chars.entries()) {
          expect(char).not.toMatch(/[\p{C}\p{Mn}\p{Me}]/u);
          const next = (at + 1) % width === 0 ? undefined : canvas.chars[at + 1];
          if (char !== '') expect(widthOf(char)).toBe(next === '' ? 2 : 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is never a name that ends a sentence of the client’s own', () => {
    fc.assert(
      fc.property(text, (name) => {
        const shown = nameOf(name);
        if (!shown.startsWith('“')) expect(shown).toMatch(/^[\p{L}\p{N}_.-]+$/u);
        else expect(shown.slice(1, -1)).not.toMatch(/[“”„‟]/u);
        expect(cleanText(shown)).toBe(shown === '“”' ? shown : cleanText(shown));
        expect(labelOf(name, 3)).not.toContain('(bot)');
      }),
    );
  });

  it.each([
    ['bob', 'bob'],
    ['Ann of Kent', '“Ann of Kent”'],
    ['* system', '“* system”'],
    ['trade', '“trade”'],
    ['ＹＯＵ', '“ＹＯＵ”'],
    ['bob> hi', '“bob> hi”'],
    [' \u200b  bob', 'bob'],
    ['x”: TRADE', "“x': TRADE”"],
    [`${MARK}bob`, '“?bob”'],
    ['e\u0301va', 'éva'],
  ])('%j as a name reads %s', (name, shown) => {
    expect(nameOf(name)).toBe(shown);
  });
});

describe('Long chat', () => {
  it.each(SIZES)('is shown whole in %i×%i, with the name before each row', (width, height) => {
    const words = Array.from({ length: 33 }, (_, i) => `word${i}`.padEnd(5, 'x')).join(' ');
    const canvas = pictureOf(modelWith({ name: 'bob', chat: words.slice(0, 200) }), width, height);
    const rows = Array.from({ length: height }, (_, y) => canvas.row(y));
    const said = rows.filter((row) => row.startsWith(' bob: ')).map((row) => row.slice(6).trim());
    expect(said.join(' ')).toBe(words.slice(0, 200).trim());
  });
});

describe('The panel of trades', () => {
  const panel = (more: Partial<Model>, width = 80) =>
    tradeLines(modelWith(harmless, more), width).map(({ text, end }) => `${text} ${end}`.trim());

  it('says with whom, what each gives, which offer it is, and what can be done', () => {
    expect(panel({})).toEqual([
      'TRADE with bob (#12), offer 2 0:30 left',
      'You give 100 gold. You get 1 trophy.',
      'The other has agreed. Enter, then /confirm, /counter 5 gold for 1 trophy, or',
      '/cancel.',
    ]);
  });

  it('asks before the player agrees, with the whole of the offer', () => {
    expect(panel({ question: { trade: 7, version: 2 } })).toEqual([
      'Agree to offer 2 of the trade with bob (#12)?',
      'You give 100 gold. You get 1 trophy.',
      'Y: yes, swap now. N: no, do nothing.',
    ]);
  });

  it('says what the player owns of the items of the offer, also in the question', () => {
    const goods = 'You give 100 gold. You get 1 trophy. You own 5 gold and 0 trophy.';
    for (const question of [undefined, { trade: 7, version: 2 }]) {
      expect(panel({ owned: { gold: 5, pearl: 1 }, question })).toContain(goods);
    }
  });

  it.each([60, 80])('fits a width of %i in every state', (width) => {
    const long = 'W'.repeat(24);
    const goods = { gold: Number.MAX_SAFE_INTEGER, trophy: 1 };
    const states = [{}, { confirmed: true }, { state: 'confirmed' }, { otherConfirmed: false }];
    for (const state of states) {
      const view = { ...offer, with: long, give: goods, want: goods, ...state } as Trade;
      const trades = [{ view, endsAtMs: 60_000 }];
      for (const question of [undefined, { trade: 7, version: 2 }]) {
        for (const { text, end } of tradeLines(modelWith(harmless, { trades, question }), width)) {
          expect(widthOf(text) + widthOf(end)).toBeLessThanOrEqual(width - 3);
          expect(text).not.toContain('…');
        }
      }
    }
  });

  it('is known not to be whole where an offer is longer than the window', () => {
    const item = (i: number) => [`${i}${'x'.repeat(39)}`, Number.MAX_SAFE_INTEGER];
    const goods = Object.fromEntries(Array.from({ length: 8 }, (_, i) => item(i)));
    const trades = [{ view: { ...offer, give: goods, want: goods }, endsAtMs: 0 }];
    const model = modelWith(harmless, { trades, question: { trade: 7, version: 2 } });
    expect(areTradesWhole(model, 60, 16)).toBe(false);
    expect(areTradesWhole(model, 59, 60)).toBe(false);
    expect(areTradesWhole(model, 80, 40)).toBe(true);
    expect(areTradesWhole(modelWith(harmless), 60, 16)).toBe(true);
  });

  it('shows the offer that is asked about also where a newer one comes', () => {
    const trades = [7, 8, 9, 10].map((trade) => ({ view: { ...offer, trade }, endsAtMs: 30_000 }));
    const shown = panel({ trades, question: { trade: 8, version: 2 } });
    expect(shown[0]).toMatch(/^Agree to offer 2/);
    expect(shown.slice(3)).toEqual([
      'TRADE with bob (#12): You give 100 gold. You get 1 trophy.',
      'TRADE with bob (#12): You give 100 gold. You get 1 trophy.',
      'and 1 more: /trades',
    ]);
  });
});
