// What the attackers have sent, and what they were told for it.

export class FuzzTally {
  frames = 0;
  bytes = 0;
  connections = 0;
  adminRequests = 0;
  /** Errors and rejections, by their code. */
  readonly errors = new Map<string, number>();
  /** Frames of the server that no client could read. */
  readonly unreadable: string[] = [];

  countError(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
