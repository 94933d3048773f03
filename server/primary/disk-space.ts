// How much space the disk of the data directory has left, asked beside the event loop.
import { statfs } from 'node:fs/promises';
import type { Log, ProcessMetrics } from '../observe/index.ts';

export interface DiskSpaceOptions {
  /** The data directory. */
  readonly data: string;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
}

const ASK_MS = 5000;
/** Below both, the log says so. */
const FEW_BYTES = 268_435_456;
const FEW_PART = 0.05;
const WARN_MS = 600_000;

export class DiskSpace {
  private readonly options: DiskSpaceOptions;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: DiskSpaceOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.ask(), ASK_MS);
    void this.ask();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** A disk that does not answer is asked once, and holds up nothing. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const { bavail, blocks, bsize } = await statfs(this.options.data);
      this.took(bavail * bsize, blocks * bsize);
    } catch {
      // Whatever is wrong with the directory, the coordinator says it.
    } finally {
      this.isAsking = false;
    }
  }

  private took(free: number, size: number): void {
    const { data, log, metrics } = this.options;
    metrics.gauge('dataFreeBytes', free);
    metrics.gauge('dataSizeBytes', size);
    const now = performance.now();
    if (free > FEW_BYTES || free > size * FEW_PART || now - this.warnedAt < WARN_MS) return;
    this.warnedAt = now;
    const megabytes = Math.floor(free / 1_048_576);
    log.warn(
      { data, free, size },
      `the disk of the data directory has ${megabytes} MB left: make space`,
    );
  }
}
