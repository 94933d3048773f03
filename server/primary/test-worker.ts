// A worker as assignments see it, whose process is a list of what it was told.
import type { ChildProcess } from './child-process.ts';

export class TestWorker {
  readonly received: number[] = [];
  readonly released: number[][] = [];

  /** As the primary's parts take it. */
  get asChild(): ChildProcess {
    return this as unknown as ChildProcess;
  }

  sendSocket({ connection }: { connection: number }): void {
    this.received.push(connection);
  }

  release(connections: readonly number[]): void {
    this.released.push([...connections]);
  }
}
