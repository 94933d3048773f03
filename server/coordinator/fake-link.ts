// A worker as the coordinator sees it, that remembers what it was sent.
import type { FromCoordinator, KeptCopy } from '../link/index.ts';
import type { WorkerLink } from './session.ts';

type Of<T extends FromCoordinator['type']> = Extract<FromCoordinator, { type: T }>;

export class FakeLink implements WorkerLink {
  readonly worker: number;
  congested = false;
  flushes = 0;
  kept: KeptCopy | undefined = undefined;

  keptCopy(): KeptCopy | undefined {
    return this.kept;
  }

  private sent: FromCoordinator[] = [];

  constructor(worker = 1) {
    this.worker = worker;
  }

  send(message: FromCoordinator): void {
    this.sent.push(message);
  }

  /** The connections that were closed, and why. */
  readonly cuts: (readonly [connection: number, code: string])[] = [];

  cut(connection: number, code: string): void {
    this.cuts.push([connection, code]);
  }

  flush(): void {
    this.flushes++;
  }

  /** What came since the last call. */
  take(): FromCoordinator[] {
    return this.sent.splice(0);
  }

  /** What came of this type since the last call of `take`. */
  of<T extends FromCoordinator['type']>(type: T): Of<T>[] {
    return this.sent.filter((message): message is Of<T> => message.type === type);
  }

  /** The types of what came since the last call of `take`, in order. */
  get types(): string[] {
    return this.sent.map((message) => message.type);
  }

  /** What the deltas since the last call of `take` acknowledged to `connection`. */
  acksOf(connection: number): number[] {
    return this.of('delta').flatMap(({ acks }) =>
      acks.filter((_seq, i) => i % 2 === 1 && acks[i - 1] === connection),
    );
  }
}
