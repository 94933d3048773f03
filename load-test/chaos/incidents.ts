// What goes wrong for the clients of one process: counted for the window, or said at once.

export class Incidents {
  /** Connections lost since `begin`, and before it since `end`. */
  lost = 0;
  lostBefore = 0;
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

  end(): { lost: number; lostBefore: number; vanished: number } {
    const { lost, lostBefore, vanished } = this;
    this.inWindow = false;
    this.lostBefore = 0;
    return { lost, lostBefore, vanished };
  }

  /** So many connections are being cut here: their loss is no loss. */
  expectLosses(connections: number): void {
    this.vanishing += connections;
  }

  lostConnection(): void {
    if (this.vanishing > 0) {
      this.vanishing--;
      this.vanished++;
    } else if (this.inWindow) this.lost++;
    else this.lostBefore++;
  }

  problem(text: string): void {
    this.report(text);
  }
}
