// When a client was given to another process of the server around a fault, and whether because of it.
import type { Welcome } from '../../client/index.ts';

interface Handover {
  /** By `performance.now()`. */
  readonly at: number;
  /** The worker that had it before, where it was given to another one on the same connection. */
  readonly from: number | undefined;
}

export class Handovers {
  private worker: number | undefined;
  private seen: Handover[] = [];

  /** A window begins. */
  begin(): void {
    this.seen = [];
  }

  welcomed({ worker, pauseMs }: Pick<Welcome, 'worker' | 'pauseMs'>, at: number): void {
    const isGiven = pauseMs !== undefined && worker !== this.worker;
    this.seen.push({ at, from: isGiven ? this.worker : undefined });
    this.worker = worker;
  }

  /** When the client was welcomed since `begin`, without those times at which it was only moved to
   *  even out the load: then the worker before is among the `living`. */
  times(living: readonly number[]): number[] {
    const isFault = ({ from }: Handover): boolean => from === undefined || !living.includes(from);
    return this.seen.filter(isFault).map(({ at }) => at);
  }
}
