// When to tell a client that one of its commands is missing: once for each gap, not for each command
// that was already on its way behind it.

export class GapNotice {
  /** The newest command behind the gap; 0: there is none. */
  private behind = 0;

  /** Command `seq` came and one before it is missing.
   *  @returns whether the client is to be told: the first time, and when it has begun again without
   *  what is missing. */
  due(seq: number): boolean {
    const isNew = this.behind === 0 || seq <= this.behind;
    this.behind = seq;
    return isNew;
  }

  /** The missing command has come. */
  close(): void {
    this.behind = 0;
  }
}
