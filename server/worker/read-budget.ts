// The number of client messages that are handled in one turn of the event loop.

/** About 20 ms of work; the other clients are read in the next turn, after timers and the messages of
 *  the coordinator. */
const TURN_MESSAGES = 2000;
/** A turn with fewer messages is not counted by itself, which saves a callback for each turn. */
const TURN_MESSAGES_FREE = 64;

export class ReadBudget {
  private readonly renewed: () => void;
  private count = 0;
  private renewing: NodeJS.Immediate | undefined;

  /** @param renewed called in the next turn where the budget of a turn was spent. */
  constructor(renewed: () => void) {
    this.renewed = renewed;
  }

  /** A message was handled. */
  spend(): void {
    this.count++;
    if (this.count >= TURN_MESSAGES_FREE) this.renewing ??= setImmediate(this.renew);
  }

  get isSpent(): boolean {
    return this.count >= TURN_MESSAGES;
  }

  private readonly renew = (): void => {
    const wasSpent = this.isSpent;
    this.renewing = undefined;
    this.count = 0;
    if (wasSpent) this.renewed();
  };
}
