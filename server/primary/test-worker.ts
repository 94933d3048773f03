// A worker as assignments see it, whose process is a list of what it was told.
import type { Socket } from 'node:net';
import type { Assignment } from '../link/index.ts';
import type { ChildProcess } from './child-process.ts';

export class TestWorker {
  /** With their sockets. */
  readonly received: number[] = [];
  readonly held: number[] = [];
  readonly served: number[] = [];
  readonly dropped: number[] = [];
  readonly released: number[][] = [];

  /** As the primary's parts take it. */
  get asChild(): ChildProcess {
    return this as unknown as ChildProcess;
  }

  sendSocket({ connection }: Assignment): void {
    this.received.push(connection);
  }

  hold(hold: number, _socket: Socket): void {
    this.held.push(hold);
  }

  serve({ connection }: Assignment, _hold: number): void {
    this.served.push(connection);
  }

  drop(hold: number): void {
    this.dropped.push(hold);
  }

  release(connections: readonly number[]): void {
    this.released.push([...connections]);
  }
}
