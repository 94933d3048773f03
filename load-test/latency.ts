// Histograms of latencies in microseconds, the same for every process.
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

export type { Histogram };

const MICROS_MAX = 60_000_000;

/** From 1 µs to a minute, to three digits. */
export function newHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MICROS_MAX,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
}

/** What takes longer than a minute counts as a minute. */
export function record(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(MICROS_MAX, Math.max(0, Math.round(ms * 1000))));
}

export const encode = (histogram: Histogram): string => encodeIntoCompressedBase64(histogram);
export const decode = (text: string): Histogram => decodeFromCompressedBase64(text);

/** @param percentile 0 to 100. @returns NaN where nothing was recorded. */
export function percentileMs(histogram: Histogram, percentile: number): number {
  if (histogram.totalCount === 0) return Number.NaN;
  return histogram.getValueAtPercentile(percentile) / 1000;
}
