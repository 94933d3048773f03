import { describe, expect, it } from 'vitest';
import { FIRST_BOT } from '../../protocol/index.ts';
import type { Canvas } from './canvas.ts';
import { CaveMap } from './cave-map.ts';
import { CHAT_MS, EVENT_MS, Feed } from './feed.ts';
import { keymapOf } from './keymap.ts';
import { COLUMNS_MIN, ROWS_MIN } from './layout.ts';
import { type Model, Overlay } from './model.ts';
import { pictureOf } from './picture.ts';
import { scoresOf } from './scores.ts';
import { MARK } from './shown-text.ts';
import { styles, withoutColours } from './style.ts';
import { CHUNK, modelOf, TestWorld } from './test-world.ts';
import { Hurt } from './world.ts';

const rowsOf = (canvas: Canvas) => Array.from({ length: canvas.height }, (_, y) => canvas.row(y));
const textOf = (canvas: Canvas) => rowsOf(canvas).join('\n');

function goldrush() {
  const world = new TestWorld();
  const map = new CaveMap();
  map.add(0, 0, CHUNK);
  world.about = { rules: 'Dig, and keep what you find.' };
  world.avatar = world.miner(1, 4, 4, { gold: 12, banked: 3456, rank: 2 });
  return { world, map, rttMs: 1.25, worker: 2, players: 7, online: 9 };
}

describe('The status', () => {
  it('has what one owns on the left and the connection on the right', () => {
    const [status] = rowsOf(pictureOf(modelOf(goldrush()), 80, 24));
    expect(status).toBe(
      ' gold 12  banked 3456  rank 2  bank ↘6       1.3 ms  worker 2  7 here  9 online ',
    );
  });

  it('leaves out what can be spared in a narrow window', () => {
    const [status] = rowsOf(pictureOf(modelOf(goldrush()), COLUMNS_MIN, ROWS_MIN));
    expect(status).toContain('gold 12');
    expect(status).toContain('1.3 ms');
    expect(status).not.toContain('online');
  });
});

describe('The picture', () => {
  it.each([
    [80, 24],
    [COLUMNS_MIN, ROWS_MIN],
    [250, 80],
  ])('fits a window of %i×%i with everything in it', (width, height) => {
    const feed = new Feed();
    feed.event('You banked 5 gold.', 0);
    feed.chat({ from: 'bo', player: 3, text: 'hello', atMs: 0 });
    const canvas = pictureOf(modelOf({ ...goldrush(), feed, notice: 'Gone' }), width, height);
    for (const text of ['gold 12', 'banked 5 gold', 'bo: hello', '? help', 'Gone', '@>']) {
      expect(textOf(canvas)).toContain(text);
    }
    expect(canvas.chars).toHaveLength(width * height);
  });

  it('says so when the window is too small', () => {
    for (const [width, height] of [
      [COLUMNS_MIN - 1, 24],
      [80, ROWS_MIN - 1],
      [30, 5],
      [1, 1],
    ] as const) {
      const canvas = pictureOf(modelOf(goldrush()), width, height);
      if (width >= 30) expect(textOf(canvas)).toContain(`${width}×${height}`);
      expect(canvas.chars).toHaveLength(width * height);
    }
  });

  it('shows the line being typed instead of the hints', () => {
    const canvas = pictureOf(modelOf({ typing: 'ab' }), 80, 24);
    expect(canvas.row(23)).toContain('say: ab▏');
    expect(canvas.row(23)).not.toContain('help');
  });
});

describe('A player who has never seen the game', () => {
  const goal = (more: Partial<Model>, width = COLUMNS_MIN) =>
    rowsOf(pictureOf(modelOf({ ...goldrush(), ...more }), width, ROWS_MIN)).find((row) =>
      row.startsWith(MARK),
    );
  const at = (fields: Readonly<Record<string, number>>, map = new CaveMap()) => {
    const { world } = goldrush();
    world.avatar = world.miner(1, 4, 4, fields);
    return { world, map };
  };

  it('is told what to do next, until there is gold in the bank', () => {
    expect(goal(at({}))).toContain('in the middle. Walk onto $ with the arrows.');
    expect(goal(at({ gold: 5 }))).toContain('You carry 5 gold. Find a bank (░░) to keep it.');
    expect(goal(at({ gold: 5 }, goldrush().map))).toContain('to the bank (░░) in the direction ↘');
    expect(goal(at({ hurt: Hurt.Stunned }))).toContain('You can move again in a moment.');
    expect(goal(at({ banked: 1 }))).toBeUndefined();
  });
});

describe('Without colours', () => {
  it('walls, floor, a bank and oneself are characters', () => {
    const rows = rowsOf(pictureOf(modelOf({ ...goldrush(), hasColours: false }), 80, 24));
    for (const text of ['####', ' . .', '░░', '@>']) {
      expect(rows.some((row) => row.includes(text))).toBe(true);
    }
  });

  it('the client’s own panels stand out by exchanged colours', () => {
    for (const look of [styles.bar, styles.trade, styles.question, styles.box, styles.notice]) {
      expect(withoutColours(look) & (0xffff | (32 << 16))).toBe(32 << 16);
    }
    for (const look of [styles.chatText, styles.event, styles.blank]) {
      expect(withoutColours(look) & (0xffff | (32 << 16))).toBe(0);
    }
  });
});

describe('What was said and happened', () => {
  it('grows old', () => {
    const feed = new Feed();
    feed.event('news', 0);
    feed.chat({ from: 'bo', player: 3, text: 'hello', atMs: 0 });
    const at = (nowMs: number) => textOf(pictureOf(modelOf({ feed, nowMs }), 80, 24));
    expect(at(EVENT_MS - 1)).toContain('news');
    expect(at(EVENT_MS)).not.toContain('news');
    expect(at(EVENT_MS)).toContain('hello');
    expect(at(CHAT_MS)).not.toContain('hello');
  });

  it('stands with the newest event first and the newest chat last', () => {
    const feed = new Feed();
    for (const text of ['one', 'two', 'three']) {
      feed.event(text, 0);
      feed.chat({ from: 'bo', player: 3, text, atMs: 0 });
    }
    const rows = rowsOf(pictureOf(modelOf({ feed }), 80, 24)).map((row) => row.trim());
    expect(rows.slice(19, 23)).toEqual(['▌ three   two   one', 'bo: one', 'bo: two', 'bo: three']);
  });
});

describe('Overlays', () => {
  it('help names the keys and the game’s rules', () => {
    const text = textOf(pictureOf(modelOf({ ...goldrush(), overlay: Overlay.Help }), 80, 24));
    expect(text).toContain('arrows, W A S D');
    expect(text).toContain('Dig, and keep what you find.');
  });

  it.each(['goldrush', 'connect-four'])('help of %s fits the smallest window', (game) => {
    const world = new TestWorld();
    world.game = game;
    const sentences = { goldrush: 4 }[game] ?? 1;
    world.about = { rules: 'Seven words are in each of these sentences. '.repeat(sentences) };
    const model = modelOf({ world, game, overlay: Overlay.Help });
    const text = textOf(pictureOf(model, COLUMNS_MIN, ROWS_MIN));
    for (const { keys } of keymapOf(game)!.rows) expect(text).toContain(keys);
    expect(text).toContain('Seven words');
    expect(text).toContain('fg goes on');
    expect(text).not.toContain('…');
  });

  it('scores say that bots have no place in them', () => {
    const { world } = goldrush();
    const shown = () => textOf(pictureOf(modelOf({ world, overlay: Overlay.Scores }), 80, 24));
    expect(shown()).not.toContain('(bot)');
    world.miner(FIRST_BOT + 1, 5, 5);
    expect(shown()).toContain('Bots, marked (bot), have no place here.');
  });

  it('scores say what the player owns, once that is known', () => {
    const shown = (more: Partial<Model>) =>
      textOf(pictureOf(modelOf({ overlay: Overlay.Scores, ...more }), 80, 24));
    expect(shown({})).not.toContain('Your account');
    const owned = { gold: 5, trophy: 1 };
    expect(shown({ owned })).toContain('Your account holds 5 gold and 1 trophy.');
  });

  it('scores list the best, equals with one place, and oneself below', () => {
    const top = [90, 90, 5].map((banked, i) => ({ name: `m${i}`, banked, carried: i }));
    const scores = scoresOf({ top, own: { place: 8, banked: 1, carried: 2 } }, 'ada');
    const canvas = pictureOf(modelOf({ overlay: Overlay.Scores, scores }), 80, 24);
    const rows = rowsOf(canvas).map((row) => row.replace(/[│\s]+/g, ' ').trim());
    for (const row of ['1 m0 90 0', '1 m1 90 1', '3 m2 5 2', '8 ada 1 2']) {
      expect(rows).toContain(row);
    }
  });

  it('scores of a game that gives something else are none', () => {
    for (const value of [undefined, null, 7, [], { top: 3 }, { top: [], own: null }]) {
      expect(scoresOf(value, 'ada')).toBeUndefined();
    }
  });
});
