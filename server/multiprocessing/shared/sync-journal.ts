// Shared objects on disk: what was asked of them is written down before anyone is answered.
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  joinSlices,
  type SavedRest,
  type SavedSlice,
  type SavedSync,
  type SyncInput,
  type SyncLimits,
  SyncState,
  syncInputCodec,
} from '../../coordinator/sync/index.ts';
import { makeDirectory } from '../../make-directory.ts';
import {
  CompactedLog,
  type Disk,
  type FileFormat,
  pack,
  StoreError,
  unpackCopies,
} from '../../store/index.ts';
import { FileLock } from '../file-lock.ts';
import { GroupClock } from './group-clock.ts';

/** First the state: slices of it, and a record with the rest, which before version 3 was all of it. An
 *  entry for each step since follows. */
const format: FileFormat = { magic: 'HFT1', version: 3 };
/** How long a killed predecessor may take to be gone. */
const LOCK_MS = 5000;
/** What came since is applied for so long at a time: the process may serve others beside. */
const TURN_MS = 5;

/** One step's inputs, which came at one time. `offset`: of the clock from then on. */
type Entry = readonly [now: number, inputs: readonly unknown[][], offset?: number];
/** `slices`: how many come before it. */
type Saved = (SavedSync | SavedRest) & { readonly offset?: number; readonly slices?: number };

export interface JournalOptions {
  /** Its own. */
  readonly folder: string;
  readonly disk?: Disk | undefined;
  readonly limits?: Partial<SyncLimits> | undefined;
  /** For tests. */
  readonly uptimeMs?: () => number;
}

export class SyncJournal {
  private readonly lock: FileLock;
  private readonly log: CompactedLog;
  private readonly state: SyncState;
  private readonly clock: GroupClock;
  private inputs: unknown[][] = [];

  private constructor(lock: FileLock, log: CompactedLog, state: SyncState, clock: GroupClock) {
    this.lock = lock;
    this.log = log;
    this.state = state;
    this.clock = clock;
  }

  /** Restores the state as it was after all that anyone was told of.
   *  @param restarted the inputs of the restart itself.
   *  @throws {StoreError} for a journal that cannot be read; {Error} while another has it. */
  static async open(
    { folder, disk, limits, uptimeMs }: JournalOptions,
    restarted: SyncInput,
  ): Promise<{ journal: SyncJournal; state: SyncState; clock: GroupClock }> {
    makeDirectory(folder);
    const lock = await FileLock.wait(join(folder, 'sync'), LOCK_MS);
    if (!lock)
      throw new Error(`${folder} is in use by process ${FileLock.holder(join(folder, 'sync'))}`);
    const path = join(folder, 'sync.log');
    let log: CompactedLog | undefined;
    try {
      const opened = CompactedLog.open({ path, format, policy: 'never', disk });
      log = opened.log;
      const { state, time } = await restore(path, opened.bodies, limits);
      const clock = new GroupClock(time, uptimeMs);
      const journal = new SyncJournal(lock, log, state, clock);
      if (opened.bodies.length === 0) for (const body of journal.packState()) log.append(body);
      const now = clock.now();
      state.apply(now, restarted);
      const inputs = [syncInputCodec.toArray(restarted)];
      log.append(pack([now, inputs, clock.offset] satisfies Entry));
      return { journal, state, clock };
    } catch (error) {
      await log?.close();
      lock.release();
      throw error;
    }
  }

  add(input: SyncInput): void {
    this.inputs.push(syncInputCodec.toArray(input));
  }

  /** Returns when what was added outlives this process.
   *  @throws {StoreError} Nobody is to be told of it then. */
  write(now: number): void {
    if (this.inputs.length === 0) return;
    this.log.append(pack([now, this.inputs] satisfies Entry));
    this.inputs = [];
    // At once: what is applied meanwhile must not come twice.
    this.log.compactIfLong(() => this.packState());
  }

  /** The state as it is now, packed bit by bit. */
  private packState(): Iterable<Uint8Array> & Disposable {
    const { offset } = this.clock;
    const capture = this.state.capture();
    return {
      *[Symbol.iterator]() {
        let slices = 0;
        for (const slice of capture) {
          slices++;
          yield pack(slice);
        }
        yield pack({ ...capture.rest, offset, slices } satisfies Saved);
      },
      [Symbol.dispose]: () => capture[Symbol.dispose](),
    };
  }

  async close(): Promise<void> {
    await this.log.close();
    this.lock.release();
  }
}

async function restore(path: string, bodies: readonly Buffer[], limits?: Partial<SyncLimits>) {
  if (bodies.length === 0) {
    // Numbers made of the time are above all that were ever given under another journal.
    const state = new SyncState({ fence: Date.now() * 1000, ...(limits && { limits }) });
    return { state, time: { now: 0, offset: 0 } };
  }
  const slices: SavedSlice[] = [];
  let saved: Saved | undefined;
  let turnAt = performance.now();
  const rest = async () => {
    if (performance.now() - turnAt < TURN_MS) return;
    await turn();
    turnAt = performance.now();
  };
  for (const body of bodies) {
    const record = unpackCopies(body) as Saved | SavedSlice;
    saved = Array.isArray(record) ? undefined : (record as Saved);
    if (saved) break;
    slices.push(record as SavedSlice);
    await rest();
  }
  if (!saved || (saved.slices ?? 0) !== slices.length) {
    throw new StoreError('CORRUPT', path, `the saved state is not whole: ${slices.length} slices`);
  }
  const whole = 'owners' in saved ? saved : joinSlices(saved, slices);
  const state = SyncState.restore(whole, limits);
  let { now, offset } = saved;
  for (const entry of bodies.slice(slices.length + 1)) {
    const [at, inputs, newOffset = offset] = unpackCopies(entry) as Entry;
    for (const input of inputs) state.apply(at, syncInputCodec.fromArray(input));
    now = Math.max(now, at);
    offset = newOffset;
    await rest();
  }
  return { state, time: { now, offset } };
}
