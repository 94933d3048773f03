// The time for which a process may change the files; the next one may begin when it is over.

export class Tenure {
  private over = false;
  private readonly changes = new Set<Promise<unknown>>();

  get isOver(): boolean {
    return this.over;
  }

  /** Makes a change of several steps, which the next process must not meet half done.
   *  @returns a promise that is never settled where the time is over: nobody is to be told then. */
  during<T>(change: () => Promise<T>): Promise<T> {
    if (this.over) return new Promise(() => {});
    const made = change();
    this.changes.add(made);
    const done = () => void this.changes.delete(made);
    made.then(done, done);
    return made;
  }

  /** Lets no change begin any more. Resolves when those that are being made are done. */
  async end(): Promise<void> {
    this.over = true;
    await Promise.allSettled(this.changes);
  }
}
