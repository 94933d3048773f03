// A child's side of the control pipe: says that it is ready and alive, pushes metrics, obeys.
import { Socket } from 'node:net';
import {
  type Assignment,
  Channel,
  CONTROL_FD,
  type FromChild,
  type FromPrimary,
  type fromChild,
  fromChildCodec,
  type fromPrimary,
  fromPrimaryCodec,
} from '../link/index.ts';
import type { ProcessMetrics } from '../observe/index.ts';
import { ProcessSampler, standardOutput } from '../observe/index.ts';
import { markBeat, markProgress } from '../watch/progress.ts';
import type { ChildOrigin } from './child-origin.ts';

/** What a child is told to become. */
export interface ChildIdentity {
  readonly role: 'worker' | 'coordinator';
  /** Counts the processes of this role that were ever started; a worker's number. */
  readonly worker: number;
  /** The child's place among those of its role: a replacement has the same. */
  readonly slot: number;
}

/** What a child's own part does for the runtime. */
export interface ChildTask {
  /** Connections or sessions that it serves. */
  clients(): number;
  /** Brings the gauges up to date. */
  measure(): void;
  drain(): void;
  /** Lets go of connections, which stay open for others. */
  release(connections: readonly number[]): void;
  /** Serves a connection whose socket it holds. */
  serve(assignment: Assignment, hold: number): void;
  /** Closes its handle of a socket that it holds. */
  drop(hold: number): void;
  /** The process ends in a moment, from an error that nothing caught: what waits to be sent goes
   *  out now or never. */
  failing(): void;
  /** Lets go of everything; the process ends when it has.
   *  @param left to be called when another may take its place already. */
  close(left: () => void): void | Promise<void>;
}

const METRICS_MS = 1000;
/** Acknowledgements come one by one, where sockets do: sent together they cost both ends less. */
const LINGER_MS = 2;
/** Exit code of a child whose primary is gone. */
const ORPHANED = 3;

export class ChildRuntime {
  private readonly channel: Channel<typeof fromChild, typeof fromPrimary>;
  /** What this process is to become. */
  readonly identity: Promise<ChildIdentity>;
  private readonly become: (identity: ChildIdentity) => void;
  /** Resolves when there is time to rehearse; in a process that is wanted at once, never. */
  readonly rehearsal: Promise<void>;
  private readonly rehearse: () => void;
  private metrics: ProcessMetrics | undefined;
  private sampler: ProcessSampler | undefined;
  private task: ChildTask | undefined;
  private stopping = false;

  constructor({ config }: ChildOrigin) {
    const identity = Promise.withResolvers<ChildIdentity>();
    this.identity = identity.promise;
    this.become = identity.resolve;
    const rehearsal = Promise.withResolvers<void>();
    this.rehearsal = rehearsal.promise;
    this.rehearse = rehearsal.resolve;
    this.channel = new Channel({
      stream: new Socket({ fd: CONTROL_FD, readable: true, writable: true }),
      out: fromChildCodec,
      in: fromPrimaryCodec,
      lingerMs: LINGER_MS,
      message: (message) => this.obey(message),
      closed: () => process.exit(this.stopping ? 0 : ORPHANED),
    });
    // A terminal sends its signals to every process; the primary decides what they mean.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => {});
    process.on('SIGHUP', () => {});
    process.on('uncaughtExceptionMonitor', () => {
      this.task?.failing();
      this.channel.flush();
    });
    setInterval(() => this.beat(), config.heartbeatMs);
    // The primary waits --start-ms for the first beat only.
    this.beat();
    this.channel.flush();
    setInterval(() => void this.push(), METRICS_MS);
  }

  /** The process has become something: it is measured from now on. */
  measured(metrics: ProcessMetrics): void {
    this.metrics = metrics;
    this.sampler = new ProcessSampler(metrics, () => performance.now());
  }

  run(task: ChildTask): void {
    this.task = task;
  }

  send(message: FromChild): void {
    this.channel.send(message);
  }

  /** Sends without waiting for the end of this turn. */
  sendNow(message: FromChild): void {
    this.channel.send(message);
    this.channel.flush();
  }

  /** Ends the process: it cannot work with its configuration. */
  unusable(text: string): void {
    this.stopping = true;
    this.channel.send({ type: 'unusable', text });
    this.channel.close();
  }

  private obey(message: FromPrimary): void {
    switch (message.type) {
      case 'drain':
        this.task?.drain();
        return;
      case 'stop':
        void this.stop();
        return;
      case 'become':
        this.become(message);
        return;
      case 'rehearse':
        this.rehearse();
        return;
      case 'release':
        this.task?.release(message.connections);
        return;
      case 'serve':
        this.task?.serve(message, message.hold);
        return;
      case 'drop':
        this.task?.drop(message.hold);
        return;
      default:
        message satisfies never;
    }
  }

  private async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.push();
    await this.task?.close(() => this.sendNow({ type: 'left' }));
    this.channel.close();
  }

  private beat(): void {
    markProgress();
    markBeat();
    const sample = this.sampler?.sample() ?? {
      eventLoopLagMs: 0,
      residentBytes: process.memoryUsage.rss(),
    };
    this.channel.send({ type: 'beat', ...sample, clients: this.task?.clients() ?? 0 });
  }

  private async push(): Promise<void> {
    if (!this.metrics) return;
    this.task?.measure();
    this.metrics.count('logLinesDropped', standardOutput().takeDropped());
    this.channel.send({ type: 'metrics', snapshot: await this.metrics.snapshot() });
  }
}
