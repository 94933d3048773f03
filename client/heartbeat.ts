// Pings the server: measures the round trip and notices a server that has gone silent.
import { TIMER_MS_MAX } from '../protocol/index.ts';

export interface HeartbeatOptions {
  /** Sends a ping that carries `time`. */
  readonly ping: (time: number) => void;
  /** So many pings were sent without a byte having come back. */
  readonly silent: () => void;
  readonly unansweredMax: number;
}

/** How much a new measurement moves the smoothed one; as in TCP (RFC 6298). */
const WEIGHT = 1 / 8;

export class Heartbeat {
  /** Smoothed round-trip time in milliseconds; undefined before the first `pong`. */
  rttMs: number | undefined;
  private readonly options: HeartbeatOptions;
  private timer: NodeJS.Timeout | undefined;
  private unanswered = 0;

  constructor(options: HeartbeatOptions) {
    this.options = options;
  }

  /** Pings now and from then on every `pingMs`. The timer keeps no process alive. */
  start(pingMs: number): void {
    this.stop();
    this.unanswered = 0;
    this.timer = setInterval(beat, Math.min(pingMs, TIMER_MS_MAX), this);
    this.timer.unref();
    this.beat();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Something came from the server. */
  received(): void {
    this.unanswered = 0;
  }

  /** @param time as it was given to `ping`. */
  pong(time: number): void {
    const sample = performance.now() - time;
    this.rttMs = this.rttMs === undefined ? sample : this.rttMs + (sample - this.rttMs) * WEIGHT;
  }

  beat(): void {
    if (this.unanswered >= this.options.unansweredMax) {
      this.stop();
      this.options.silent();
      return;
    }
    this.unanswered++;
    this.options.ping(performance.now());
  }
}

function beat(heartbeat: Heartbeat): void {
  heartbeat.beat();
}
