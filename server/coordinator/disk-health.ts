// Whether what happens can be written down: what has failed, which rooms stand still, and since when.
import { StoreError } from '../store/index.ts';

export const writtenParts = ['room', 'snapshot', 'session', 'account', 'trade'] as const;
/** What could not be written. */
export type WrittenPart = (typeof writtenParts)[number];

/** How often a disk that has refused something is asked whether it takes something again. */
const PROBE_MS = 1000;

/** A room shows by its next batch that it can be written again. Other files may not be written for long,
 *  so a probe shows it for them. */
export class DiskHealth {
  private readonly stalled = new Set<number>();
  private readonly failures = new Map<WrittenPart, number>();
  /** Something other than a room's batch has failed, and nothing has shown since that writing works. */
  private isDoubtful = false;
  private since: number | undefined;
  private reason = '';
  private isForSpace = false;
  private probedAt = Number.NEGATIVE_INFINITY;
  private isProbing = false;

  /** How many rooms stand still. */
  get stalledRooms(): number {
    return this.stalled.size;
  }

  /** The last thing that could not be written was refused for want of space. */
  get isFull(): boolean {
    return this.since !== undefined && this.isForSpace;
  }

  /** Something else than a room's batch could not be written. */
  failed(part: WrittenPart, error: unknown): void {
    this.note(part, error);
    this.isDoubtful = true;
  }

  /** A room's batch could not be written: the room stands still until `roomGoesOn`. */
  roomStalled(room: number, error: unknown): void {
    this.note('room', error);
    this.stalled.add(room);
  }

  /** The room's batch was written, or the room is over. */
  roomGoesOn(room: number): void {
    if (this.stalled.delete(room)) this.settle();
  }

  /** For how many ms something could not be written; 0 where everything can. */
  troubleMs(now: number): number {
    return this.since === undefined ? 0 : now - this.since;
  }

  /** For operators: what is wrong and what to do; '' where everything can be written. */
  get text(): string {
    if (this.since === undefined) return '';
    const rooms = this.stalled.size;
    const standing =
      rooms === 0 ? '' : ` ${rooms} ${rooms === 1 ? 'room stands' : 'rooms stand'} still.`;
    return (
      `The data directory cannot be written: ${this.reason}.${standing} New players are refused, and ` +
      'what others send waits. Make space on its disk, or mend what the reason names.'
    );
  }

  /** @returns how often each part has failed since the last call. */
  takeFailures(): [WrittenPart, number][] {
    const failures = [...this.failures];
    this.failures.clear();
    return failures;
  }

  /** Called several times a second. @param probe writes something, as large as what usually is. */
  beat(now: number, probe: () => Promise<void>): void {
    if (!this.isDoubtful || this.isProbing || now - this.probedAt < PROBE_MS) return;
    this.probedAt = now;
    this.isProbing = true;
    probe()
      .then(
        () => {
          this.isDoubtful = false;
          this.settle();
        },
        (error) => {
          this.reason = (error as Error).message;
        },
      )
      .finally(() => {
        this.isProbing = false;
      });
  }

  private note(part: WrittenPart, error: unknown): void {
    this.failures.set(part, (this.failures.get(part) ?? 0) + 1);
    this.reason = (error as Error).message.replace(/\.$/, '');
    this.isForSpace = error instanceof StoreError && error.code === 'DISK_FULL';
    this.since ??= performance.now();
  }

  private settle(): void {
    if (!this.isDoubtful && this.stalled.size === 0) this.since = undefined;
  }
}
