// Adds up what the swarms of a load-test report.
import { decode, type Histogram, newHistogram } from './latency.ts';
import type { Sample } from './messages.ts';

const summed = [
  'ready',
  'drops',
  'commandsSent',
  'commandsAcknowledged',
  'commandsRejected',
  'statesReceived',
  'bytesReceived',
  'bytesSent',
  'cpuSeconds',
] as const;

/** The sums over all swarms, and the mean time in which they were counted. */
export type Sums = Readonly<Record<(typeof summed)[number] | 'seconds', number>>;

export class Totals {
  /** Of the whole window. */
  readonly latency: Histogram = newHistogram();
  /** Since the last `takeRecent`. */
  private recent: Histogram = newHistogram();
  private readonly latest: (Sample | undefined)[];

  /** @param swarms how many there are. */
  constructor(swarms: number) {
    this.latest = Array.from({ length: swarms });
  }

  /** Samples of a swarm must come in order. */
  add(swarm: number, sample: Sample): void {
    this.latest[swarm] = sample;
    const latency = decode(sample.latencyMicros);
    this.recent.add(latency);
    if (sample.measuring) this.latency.add(latency);
  }

  /** The newest sample of each swarm that has sent one. */
  get samples(): Sample[] {
    return this.latest.filter((sample) => sample !== undefined);
  }

  sums(): Sums {
    const sums: Record<string, number> = { seconds: 0 };
    for (const name of summed) sums[name] = 0;
    for (const sample of this.samples) {
      for (const name of summed) sums[name]! += sample[name];
      sums.seconds! += sample.seconds / this.samples.length;
    }
    return sums as Sums;
  }

  get lastError(): string | undefined {
    return this.samples.findLast((sample) => sample.lastError !== undefined)?.lastError;
  }

  /** Ticks per second of the slowest room watched; undefined where none was. */
  ticksPerSecond(): number | undefined {
    const rates = this.samples
      .filter((sample) => sample.tickSeconds > 0)
      .map((sample) => sample.ticks / sample.tickSeconds);
    return rates.length === 0 ? undefined : Math.min(...rates);
  }

  /** The fewest states of a client, and the longest time in which one received none; null where
   *  clients are not counted one by one. */
  extremes(): Pick<Sample, 'fewestStates' | 'longestGapMs'> {
    const fewest = this.samples.flatMap((sample) => sample.fewestStates ?? []);
    const longest = this.samples.flatMap((sample) => sample.longestGapMs ?? []);
    return {
      fewestStates: fewest.length > 0 ? Math.min(...fewest) : null,
      longestGapMs: longest.length > 0 ? Math.max(...longest) : null,
    };
  }

  takeRecent(): Histogram {
    const { recent } = this;
    this.recent = newHistogram();
    return recent;
  }
}
