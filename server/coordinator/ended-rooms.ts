// The files of ended rooms as the coordinator looks after them: bounded in every beat, counted, and logged
// where some of them are lost.
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { FileStorage } from './storage.ts';

export interface EndedRoomsOptions {
  readonly storage: Pick<FileStorage, 'kept' | 'health'>;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

const LOG_MS = 60_000;

export class EndedRooms {
  private readonly options: EndedRoomsOptions;
  private dropped = 0;
  private error: unknown;
  private loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: EndedRoomsOptions) {
    this.options = options;
  }

  /** Called several times a second. */
  beat(): void {
    const { kept, health } = this.options.storage;
    kept.sweep(health.isFull);
    const { droppedForSpace, error } = kept.takeTrouble();
    this.dropped += droppedForSpace;
    this.error ??= error;
    if (performance.now() - this.loggedAt >= LOG_MS) this.logTrouble();
  }

  measure(): void {
    const { storage, metrics } = this.options;
    metrics.gauge('roomsKept', storage.kept.count);
    metrics.gauge('roomsKeptBytes', storage.kept.bytes);
  }

  private logTrouble(): void {
    const { dropped, error } = this;
    if (dropped === 0 && error === undefined) return;
    const { log } = this.options;
    this.loggedAt = performance.now();
    this.dropped = 0;
    this.error = undefined;
    if (dropped > 0) {
      log.warn(
        { rooms: dropped },
        'the disk of the data directory is short of space, so files of ended rooms were removed early: make ' +
          'space, or lower --rooms-kept-bytes',
      );
    }
    if (error !== undefined) {
      log.error(
        { err: error },
        'the files of an ended room could not be kept or removed: mend what the error names. The rooms that ' +
          'are running are not concerned',
      );
    }
  }
}
