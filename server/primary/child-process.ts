// A child as the primary holds it: what it has become, its last heartbeat, whether it gets work.
import type { Socket } from 'node:net';
import type { Assignment, FromChild } from '../link/index.ts';
import type { Child, ChildIdentity, Exit } from '../multiprocessing/index.ts';
import type { WatchReport } from '../watch/index.ts';
import type { ForkedProcess } from './forked-process.ts';

export interface ChildEvents {
  message(child: ChildProcess, message: FromChild): void;
  /** Its watch thread has something to tell. */
  reported(child: ChildProcess, report: WatchReport): void;
  /** It was asked to end, and is in the way of no other any more; `exited` follows. */
  left(): void;
  /** The process has ended and was reaped. Called once. */
  exited(child: ChildProcess, exit: Exit): void;
}

export class ChildProcess implements Child {
  readonly identity: ChildIdentity;
  /** When it became what it is, by `performance.now()`. */
  readonly startedAt = performance.now();
  isReady = false;
  /** It was ready once. */
  hasServed = false;
  /** Its connections go to others, and it gets no more. */
  isRetiring = false;
  /** It was asked to stop, or was killed: it gets no more work. */
  isEnding = false;
  /** It was asked to stop: its end is no crash. */
  wasAsked = false;
  private readonly forked: ForkedProcess;

  /** @param forked becomes this child. */
  constructor(identity: ChildIdentity, forked: ForkedProcess, events: ChildEvents) {
    this.identity = identity;
    this.forked = forked;
    Object.assign(forked.source, { role: identity.role, worker: identity.worker });
    forked.events = {
      message: (message) => {
        if (message.type === 'ready') {
          this.isReady = true;
          this.hasServed = true;
        }
        if (message.type === 'left') events.left();
        events.message(this, message);
      },
      reported: (report) => events.reported(this, report),
      exited: (exit) => {
        this.isEnding = true;
        this.isReady = false;
        events.exited(this, exit);
      },
    };
    // How long it was silent while it was nobody does not count.
    forked.beatAt = this.startedAt;
    forked.send({ type: 'become', ...identity });
  }

  /** When it was last heard of, by `performance.now()`. */
  get beatAt(): number {
    return this.forked.beatAt;
  }

  /** Changes with each message and each beat of its watch thread. */
  get signs(): number {
    return this.forked.signs;
  }

  /** It has loaded its code. */
  get hasLoaded(): boolean {
    return this.forked.hasLoaded;
  }

  /** What its last heartbeat said. */
  get beat() {
    return this.forked.beat;
  }

  /** Resolves when all that it has written is in the log, or after `ms`. */
  outputEnded(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    void this.forked.outputEnded.then(() => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  }

  get pid(): number {
    return this.forked.pid;
  }

  get name(): string {
    const { role, worker } = this.identity;
    return role === 'worker' ? `worker ${worker}` : role;
  }

  /** Hands a socket over, to be served, and keeps a handle of it. */
  sendSocket(assignment: Assignment, socket: Socket): void {
    if (!this.isEnding) this.forked.sendSocket(assignment, socket);
  }

  /** Hands a socket over, to be held while another serves it; it answers `holds`. */
  hold(hold: number, socket: Socket): void {
    if (!this.isEnding) this.forked.sendSocket({ hold }, socket);
  }

  /** Has it serve a connection whose socket it holds. */
  serve(assignment: Assignment, hold: number): void {
    this.forked.send({ type: 'serve', ...assignment, hold });
  }

  /** Has it close its handle of a socket that it holds. */
  drop(hold: number): void {
    this.forked.send({ type: 'drop', hold });
  }

  drain(): void {
    this.forked.send({ type: 'drain' });
  }

  /** Asks it to let go of these connections; it answers `released` for each. */
  release(connections: readonly number[]): void {
    this.forked.send({ type: 'release', connections: [...connections] });
  }

  stop(): void {
    this.isEnding = true;
    this.wasAsked = true;
    this.forked.send({ type: 'stop' });
  }

  kill(): void {
    this.isEnding = true;
    this.forked.kill();
  }
}
