// Names and text of players made safe to show among lines of the client's own.
import { isBot } from '../../protocol/index.ts';
import { glyphsOf } from './text.ts';

/** Begins each row in which the client itself speaks, in the first column. Text of players never
 *  reaches that column, and never has this character. */
export const MARK = '▌';
/** Stands before the best miner's name. */
export const BEST = '★';

/** Frames, blocks and signs with which the client draws. */
const OWN_SIGNS = /[\u2500-\u259f\u2605\u25cf]/gu;
/** Characters that take columns and show nothing. */
const BLANKS = /[\s\u115f\u1160\u2800\u3164\uffa0]+/gu;
const ONE_WORD = /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u;
/** Names that would read as another speaker in a sentence. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['you', 'say', 'system', 'server', 'someone', 'trade', 'scores'],
]);

/** `text` on one line, without what terminals act on and without the client's own signs. */
export function cleanText(text: string): string {
  const shown = glyphsOf(text.normalize('NFC').replace(BLANKS, ' '));
  const kept = shown.map(({ char }) => char).join('');
  return kept.replace(OWN_SIGNS, '?').replace(/ +/g, ' ').trim();
}

/** A player's name within a sentence of the client's own. A name that is more than one plain word, or
 *  that reads as another speaker, is put into quotation marks, which no name has itself. */
export function nameOf(name: string): string {
  const cleaned = cleanText(name);
  const isPlain = ONE_WORD.test(cleaned) && !RESERVED.has(cleaned.normalize('NFKC').toLowerCase());
  return isPlain ? cleaned : `“${cleaned.replace(/[“”„‟]/gu, "'")}”`;
}

/** A name where it stands by itself, as over a miner: marked where the player is a bot. */
export function labelOf(name: string, player: number): string {
  // A player must not look like a bot either.
  const cleaned = cleanText(name).replace(/\s*\(bot\)/giu, '');
  return isBot(player) ? `${cleaned} (bot)` : cleaned;
}
