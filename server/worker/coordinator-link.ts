// A worker's end of the link: connects to the coordinator, and again when it is gone.
import { connect, type Socket } from 'node:net';
import {
  Channel,
  COORDINATOR_BEAT_MS,
  type FromCoordinator,
  type FromWorker,
  type fromCoordinator,
  fromCoordinatorCodec,
  type fromWorker,
  fromWorkerCodec,
  type KeptCopy,
  steadyMs,
} from '../link/index.ts';
import { LogThrottle } from '../observe/index.ts';

export interface CoordinatorLinkOptions {
  readonly path: string;
  readonly worker: number;
  /** The coordinator can be spoken to. */
  opened(): void;
  /** The copies of rooms that were kept. */
  copies(): KeptCopy[];
  message(message: FromCoordinator): void;
  batchEnd(): void;
  /** The coordinator is gone; `opened` follows when there is one again.
   *  @param servedAt when it was last known to work, by the steady clock: before it hung, if it did. */
  lost(servedAt: number): void;
  drained(): void;
  /** No connection has succeeded for so long; told now and then while that lasts. */
  unreachable(error: Error, ms: number): void;
}

/** A coordinator that says nothing for so long misses two beats: it hangs. */
const SILENT_MS = 2 * COORDINATOR_BEAT_MS;
/** Players wait for the next coordinator. */
const RETRY_MS = 5;
/** A coordinator that is not there by then does not come soon. */
const LONG_MS = 1000;
const RETRY_MS_LATER = 50;
/** Commands come one by one and wait for the next tick in any case: sent together they cost both
 *  ends less. Measured with 400 players: 8 % of the server's CPU. */
const LINGER_MS = 4;

export class CoordinatorLink {
  private readonly options: CoordinatorLinkOptions;
  private channel: Channel<typeof fromWorker, typeof fromCoordinator> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private connecting: Socket | undefined;
  /** When the first of the failures began that have no success after them. */
  private failingSince: number | undefined;
  private readonly throttle = new LogThrottle();
  /** When something was last heard of a coordinator, by the steady clock; ∞: there was none yet. */
  private heardAt = Number.POSITIVE_INFINITY;

  constructor(options: CoordinatorLinkOptions) {
    this.options = options;
    this.connect();
  }

  /** Whether messages can go out now. */
  get ready(): boolean {
    return this.channel !== undefined && !this.channel.congested;
  }

  /** When a coordinator was last known to work, by the steady clock; ∞ before the first one. */
  get servedAt(): number {
    const now = steadyMs();
    const isHeard = now - this.heardAt <= SILENT_MS && this.channel !== undefined;
    return isHeard ? now : this.heardAt;
  }

  get unsentBytes(): number {
    return this.channel?.unsentBytes ?? 0;
  }

  takeCounts(): { messages: number; bytes: number } {
    return this.channel?.takeCounts() ?? { messages: 0, bytes: 0 };
  }

  /** Dropped while there is no coordinator: `lost` has told the owner what follows from that. */
  send(message: FromWorker): void {
    this.channel?.send(message);
  }

  /** Sends what lingers. */
  flush(): void {
    this.channel?.flush();
  }

  close(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connecting?.destroy();
    this.channel?.close();
  }

  private connect(): void {
    const { options } = this;
    const socket = connect(options.path);
    this.connecting = socket;
    const failed = (error: Error): void => {
      if (!this.stopped) this.retry(this.noteFailure(error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.connecting = undefined;
      this.failingSince = undefined;
      this.throttle.reset();
      this.channel = new Channel({
        stream: socket,
        out: fromWorkerCodec,
        in: fromCoordinatorCodec,
        lingerMs: LINGER_MS,
        message: (message) => options.message(message),
        batchEnd: () => {
          this.heardAt = steadyMs();
          options.batchEnd();
        },
        drained: () => options.drained(),
        closed: () => {
          const { servedAt } = this;
          this.heardAt = servedAt;
          this.channel = undefined;
          if (this.stopped) return;
          options.lost(servedAt);
          this.retry(RETRY_MS);
        },
      });
      this.channel.send({ type: 'present', worker: options.worker, copies: options.copies() });
      options.opened();
      // Players wait for it.
      this.flush();
    });
  }

  private retry(ms: number): void {
    this.timer = setTimeout(() => this.connect(), ms);
  }

  /** @returns after how many ms the next attempt is due. */
  private noteFailure(error: Error): number {
    const now = performance.now();
    this.failingSince ??= now;
    const ms = now - this.failingSince;
    if (ms < LONG_MS) return RETRY_MS;
    if (this.throttle.isDue(undefined)) this.options.unreachable(error, Math.round(ms));
    return RETRY_MS_LATER;
  }
}
