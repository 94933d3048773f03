// Messages that wait for the program: a promise was fulfilled, and the program is to go on with it first.
import type { ServerMessage } from '../protocol/index.ts';

export class HeldMessages {
  private readonly handle: (message: ServerMessage) => void;
  private held: (() => void)[] | undefined;

  constructor(handle: (message: ServerMessage) => void) {
    this.handle = handle;
  }

  receive(message: ServerMessage): void {
    if (this.held) this.held.push(() => this.handle(message));
    else this.handle(message);
  }

  /** What comes after this waits until the program has had a turn, in which it adds its listeners.
   *  @param tell called before all of that. */
  giveTurn(tell?: () => void): void {
    if (!this.held) {
      this.held = [];
      setImmediate(() => this.release());
    }
    if (tell) this.held.push(tell);
  }

  /** Does what waits; what is handled may give the program another turn. */
  release(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const task of held) this.do(task);
  }

  private do(task: () => void): void {
    if (this.held) this.held.push(task);
    else task();
  }
}
