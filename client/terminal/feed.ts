// What was said and what happened lately: the newest lines, a bounded number of each.
import { cleanText, nameOf } from './shown-text.ts';

const LINES_MAX = 100;
/** An event is news for so long. */
export const EVENT_MS = 8000;
/** A line of chat stays for so long. */
export const CHAT_MS = 120_000;

export interface FeedLine {
  readonly text: string;
  readonly atMs: number;
}

export interface ChatLine extends FeedLine {
  readonly from: string;
  readonly player: number;
}

/** Holds only text that is safe to show. Overflow: the oldest line goes. Times are given by the
 *  caller. */
export class Feed {
  private readonly events: FeedLine[] = [];
  private readonly chats: ChatLine[] = [];

  event(text: string, atMs: number): void {
    append(this.events, { text: cleanText(text), atMs });
  }

  chat({ from, text, player, atMs }: ChatLine): void {
    append(this.chats, { from: nameOf(from), text: cleanText(text), player, atMs });
  }

  /** Newest first. */
  recentEvents(nowMs: number): FeedLine[] {
    return this.events.filter(({ atMs }) => nowMs - atMs < EVENT_MS).reverse();
  }

  /** The newest `count`, however old, newest first. */
  latestEvents(count: number): FeedLine[] {
    return this.events.slice(-count).reverse();
  }

  /** The newest `count`, oldest first. */
  recentChats(nowMs: number, count: number): ChatLine[] {
    return this.chats.filter(({ atMs }) => nowMs - atMs < CHAT_MS).slice(-count);
  }
}

function append<L>(lines: L[], line: L): void {
  lines.push(line);
  if (lines.length > LINES_MAX) lines.shift();
}
