// Events of any game as lines: a flood of one kind becomes a line a second that counts the others.
import { valueText } from './command-words.ts';

/** At most one line of each kind in this time. */
const LINE_MS = 1000;
const KINDS_MAX = 100;

interface Told {
  atMs: number;
  /** How many were left out since then. */
  skipped: number;
}

export class EventLines {
  private readonly told = new Map<string, Told>();

  /** @param key tells the kinds of events apart.
   *  @returns undefined where the line is left out. */
  line(key: string, text: string, nowMs: number): string | undefined {
    const told = this.told.get(key);
    if (told && nowMs - told.atMs < LINE_MS) {
      told.skipped++;
      return undefined;
    }
    if (this.told.size >= KINDS_MAX) this.told.clear();
    this.told.set(key, { atMs: nowMs, skipped: 0 });
    return told && told.skipped > 0 ? `${text} (and ${told.skipped} more)` : text;
  }
}

/** An event that the client has no sentence for. */
export function unknownEventText(name: string, data: unknown): string {
  return data === undefined || data === null ? name : `${name}: ${valueText(data)}`;
}
