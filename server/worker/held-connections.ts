// The connections that are not read for now, in the order in which they are read again.

export class HeldConnections<Held extends { tryResume(): boolean }> {
  private readonly held = new Set<Held>();

  /** Puts the connection behind the others. One that was read again and is held again has had its turn:
   *  if it kept its place, the first connections would use up the budget of every turn. */
  add(connection: Held): void {
    this.held.delete(connection);
    this.held.add(connection);
  }

  remove(connection: Held): void {
    this.held.delete(connection);
  }

  get size(): number {
    return this.held.size;
  }

  /** Tries each connection once; the ones that are read again leave. */
  resume(): void {
    // A copy: a connection that is held again comes to the end of the set.
    for (const connection of [...this.held]) {
      if (connection.tryResume()) this.held.delete(connection);
    }
  }
}
