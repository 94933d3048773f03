// Measures the process itself: CPU time, memory, and how late its event loop runs.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessMetrics } from './metrics.ts';

const RESOLUTION_MS = 50;
/** Longer than most scrape intervals, so that a scrape sees the longest delay since the last. */
const WINDOW_MS = 15_000;

/** What a sample found. */
export interface ProcessSample {
  /** Longest delay of the event loop in the last 15 to 30 seconds. */
  readonly eventLoopLagMs: number;
  readonly residentBytes: number;
}

/** Call `sample` with each heartbeat, `close` at the end. */
export class ProcessSampler {
  private readonly metrics: ProcessMetrics;
  private readonly clockMs: () => number;
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private cpuSeconds = 0;
  private windowStart: number;
  private formerMaxMs = 0;

  /** @param clockMs monotonic, in ms. */
  constructor(metrics: ProcessMetrics, clockMs: () => number) {
    this.metrics = metrics;
    this.clockMs = clockMs;
    this.windowStart = clockMs();
    this.delay.enable();
  }

  /** Reports CPU time, memory and event-loop lag to the metrics. */
  sample(): ProcessSample {
    const { user, system } = process.cpuUsage();
    // In whole parts, and as the difference of totals: what is cut off is counted next time.
    const cpuSeconds = Math.floor(((user + system) * 1024) / 1e6) / 1024;
    this.metrics.count('processCpuSeconds', cpuSeconds - this.cpuSeconds);
    this.cpuSeconds = cpuSeconds;

    const residentBytes = process.memoryUsage.rss();
    this.metrics.gauge('processResidentMemoryBytes', residentBytes);
    const eventLoopLagMs = this.lagMs();
    this.metrics.gauge('eventLoopLagSeconds', eventLoopLagMs / 1000);
    return { eventLoopLagMs, residentBytes };
  }

  close(): void {
    this.delay.disable();
  }

  private lagMs(): number {
    // It records the time between two turns of a timer that is due every RESOLUTION_MS.
    const maxMs = this.delay.count > 0 ? Math.max(0, this.delay.max / 1e6 - RESOLUTION_MS) : 0;
    const longestMs = Math.max(maxMs, this.formerMaxMs);
    const now = this.clockMs();
    if (now - this.windowStart >= WINDOW_MS) {
      this.windowStart = now;
      this.formerMaxMs = maxMs;
      // It forgets when the timer last ran, too, and so misses a delay around this moment: that is
      // why it is not done at each sample.
      this.delay.reset();
    }
    return longestMs;
  }
}
