// Bytes of a stream to lines of bounded length.
const LINE_FEED = 0x0a;

/** Takes one line without its line feed. `cut`: it was longer, and this is its beginning. */
export type TakeLine = (line: string, cut: boolean) => void;

/** Invariant: `held` has the bytes of one unfinished line and never more than `lineBytesMax`. */
export class LineSplitter {
  private readonly lineBytesMax: number;
  private readonly take: TakeLine;
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** The line was longer than its limit and has been passed on: its rest is dropped. */
  private skipping = false;

  constructor(lineBytesMax: number, take: TakeLine) {
    this.lineBytesMax = lineBytesMax;
    this.take = take;
  }

  push(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length) {
      const feed = chunk.indexOf(LINE_FEED, start);
      const end = feed < 0 ? chunk.length : feed;
      this.hold(chunk.subarray(start, end));
      if (feed < 0) return;
      this.finishLine();
      start = feed + 1;
    }
  }

  /** The stream has ended: what is left is a line. */
  end(): void {
    if (this.heldBytes > 0) this.finishLine();
  }

  private hold(piece: Buffer): void {
    if (this.skipping || piece.length === 0) return;
    const room = this.lineBytesMax - this.heldBytes;
    this.held.push(piece.subarray(0, room));
    this.heldBytes += Math.min(piece.length, room);
    if (piece.length <= room) return;
    this.pass(true);
    this.skipping = true;
  }

  private finishLine(): void {
    if (!this.skipping) this.pass(false);
    this.skipping = false;
  }

  private pass(cut: boolean): void {
    const line = Buffer.concat(this.held).toString('utf8');
    this.held = [];
    this.heldBytes = 0;
    this.take(line.endsWith('\r') ? line.slice(0, -1) : line, cut);
  }
}
