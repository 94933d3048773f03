// What a process has written of late: the part of its output that belongs to its death.

const LINES_MAX = 50;
/** Of a line; the whole of it is in the log. */
const CHARACTERS_MAX = 2048;
/** An older line says nothing of why the process has died. */
const AGE_MS_MAX = 10_000;

export class LastLines {
  private readonly now: () => number;
  private readonly lines: { readonly at: number; readonly text: string }[] = [];

  /** @param now steady, in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  add(text: string): void {
    this.lines.push({ at: this.now(), text: text.slice(0, CHARACTERS_MAX) });
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }

  /** Those of the last ten seconds, oldest first, fifty at most. */
  list(): readonly string[] {
    const since = this.now() - AGE_MS_MAX;
    return this.lines.filter(({ at }) => at >= since).map(({ text }) => text);
  }
}
