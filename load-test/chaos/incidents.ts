// What goes wrong for the clients of one process: counted for the window, or said at once.

const REASONS_MAX = 3;

export class Incidents {
  /** Connections lost since `begin`, and before it since `end`. */
  lost = 0;
  lostBefore = 0;
  /** Why the first of them were lost. */
  private reasons: string[] = [];
  private vanishing = 0;
  private vanished = 0;
  private inWindow = false;
  private readonly report: (text: string) => void;

  /** @param report told of what must never be. */
  constructor(report: (text: string) => void) {
    this.report = report;
  }

  begin(): void {
    this.inWindow = true;
    this.lost = 0;
    this.vanished = 0;
  }

  end(): { lost: number; lostBefore: number; vanished: number; reasons: readonly string[] } {
    const { lost, lostBefore, vanished, reasons } = this;
    this.reasons = [];
    this.inWindow = false;
    this.lostBefore = 0;
    return { lost, lostBefore, vanished, reasons };
  }

  /** So many connections are being cut here: their loss is no loss. */
  expectLosses(connections: number): void {
    this.vanishing += connections;
  }

  /** @param reason whose connection it was, and why it was lost. */
  lostConnection(reason: string): void {
    if (this.vanishing > 0) {
      this.vanishing--;
      this.vanished++;
      return;
    }
    if (this.reasons.length < REASONS_MAX) this.reasons.push(reason);
    if (this.inWindow) this.lost++;
    else this.lostBefore++;
  }

  problem(text: string): void {
    this.report(text);
  }
}
