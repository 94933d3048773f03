// What a swarm counts of its clients and of itself.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Bytes, ClientSockets } from './client-sockets.ts';
import { encode, type Histogram, newHistogram, record } from './latency.ts';
import type { Sample } from './messages.ts';

const LAG_RESOLUTION_MS = 10;

const zero = {
  commandsSent: 0,
  commandsAcknowledged: 0,
  commandsRejected: 0,
  statesReceived: 0,
};

/** What is counted of one client. */
export interface ClientMeter {
  /** It has a connection and a place in the game. */
  isReady: boolean;
  states: number;
  lastStateAt: number;
}

export class Meter {
  readonly counts = { ...zero };
  ready = 0;
  drops = 0;
  lastError: string | undefined;
  private readonly clients: ClientMeter[] = [];
  private longestGapMs = 0;
  private readonly latency: Histogram = newHistogram();
  private readonly lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  private readonly sockets = new ClientSockets();
  private measuring = false;
  private startedAt = performance.now();
  private startBytes: Bytes = { received: 0, sent: 0 };
  private startCpuSeconds = cpuSeconds();
  private firstTick: { tick: number; at: number } | undefined;
  private lastTick: { tick: number; at: number } | undefined;
  private tickGapMs = 0;

  constructor() {
    this.lag.enable();
  }

  close(): void {
    this.lag.disable();
    this.sockets.close();
  }

  /** A client whose states are counted by themselves, too. */
  addClient(): ClientMeter {
    const client = { isReady: false, states: 0, lastStateAt: Number.NaN };
    this.clients.push(client);
    return client;
  }

  /** The client has received a state. */
  counted(client: ClientMeter): void {
    const now = performance.now();
    this.counts.statesReceived++;
    client.states++;
    if (now - client.lastStateAt > this.longestGapMs) this.longestGapMs = now - client.lastStateAt;
    client.lastStateAt = now;
  }

  /** Counts from zero. */
  measure(): void {
    Object.assign(this.counts, zero);
    this.latency.reset();
    this.lag.reset();
    this.measuring = true;
    this.startedAt = performance.now();
    this.longestGapMs = 0;
    for (const client of this.clients) {
      client.states = 0;
      client.lastStateAt = this.startedAt;
    }
    this.startBytes = this.sockets.bytes();
    this.startCpuSeconds = cpuSeconds();
    this.firstTick = undefined;
    this.lastTick = undefined;
    this.tickGapMs = 0;
  }

  acknowledged(latencyMs: number): void {
    this.counts.commandsAcknowledged++;
    record(this.latency, latencyMs);
  }

  /** The game's tick, as the same one of the clients sees it each time. */
  ticked(tick: number): void {
    this.tickGapMs = this.gapMs();
    this.lastTick = { tick, at: performance.now() };
    this.firstTick ??= this.lastTick;
  }

  /** Latencies begin anew after it. */
  sample(): Sample {
    const { firstTick: first, lastTick: last } = this;
    const bytes = this.sockets.bytes();
    const sample: Sample = {
      measuring: this.measuring,
      seconds: (performance.now() - this.startedAt) / 1000,
      ready: this.ready,
      drops: this.drops,
      lastError: this.lastError,
      ...this.counts,
      ...this.extremes(),
      bytesReceived: bytes.received - this.startBytes.received,
      bytesSent: bytes.sent - this.startBytes.sent,
      ticks: first && last ? last.tick - first.tick : 0,
      tickSeconds: first && last ? (last.at - first.at) / 1000 : 0,
      tickGapMs: this.gapMs(),
      latencyMicros: encode(this.latency),
      lagP99Ms: this.lagMs(),
      cpuSeconds: cpuSeconds() - this.startCpuSeconds,
    };
    this.latency.reset();
    return sample;
  }

  /** The longest time between two ticks, also that since the last one. */
  private gapMs(): number {
    const { lastTick } = this;
    return Math.max(this.tickGapMs, lastTick ? performance.now() - lastTick.at : 0);
  }

  /** A client that has received nothing for a while counts with that gap, too. */
  private extremes(): Pick<Sample, 'fewestStates' | 'longestGapMs'> {
    if (this.clients.length === 0) return { fewestStates: null, longestGapMs: null };
    const now = performance.now();
    let fewestStates = Number.POSITIVE_INFINITY;
    let { longestGapMs } = this;
    for (const { states, lastStateAt } of this.clients) {
      fewestStates = Math.min(fewestStates, states);
      if (now - lastStateAt > longestGapMs) longestGapMs = now - lastStateAt;
    }
    return { fewestStates, longestGapMs };
  }

  private lagMs(): number {
    // The delay is the time between two turns of a timer that is due every LAG_RESOLUTION_MS.
    if (this.lag.count === 0) return 0;
    return Math.max(0, this.lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS);
  }
}

/** User and system time of this process. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
