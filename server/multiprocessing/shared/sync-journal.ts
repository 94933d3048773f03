// Shared objects on disk: what was asked of them is written down before anyone is answered.
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type SavedSync,
  type SyncInput,
  SyncState,
  syncInputCodec,
} from '../../coordinator/sync/index.ts';
import { makeDirectory } from '../../make-directory.ts';
import { CompactedLog, type Disk, type FileFormat, pack, unpack } from '../../store/index.ts';
import { FileLock } from '../file-lock.ts';

/** First what was, then an entry for each step since. */
const format: FileFormat = { magic: 'HFT1', version: 1 };
/** How long a killed predecessor may take to be gone. */
const LOCK_MS = 5000;
/** What came since is applied for so long at a time: the process may serve others beside. */
const TURN_MS = 5;

/** One step's inputs, which came at one time. */
type Entry = readonly [now: number, inputs: readonly unknown[][]];

export interface JournalOptions {
  /** Its own. */
  readonly folder: string;
  readonly disk?: Disk | undefined;
}

export class SyncJournal {
  private readonly lock: FileLock;
  private readonly log: CompactedLog;
  private readonly state: SyncState;
  private inputs: unknown[][] = [];

  private constructor(lock: FileLock, log: CompactedLog, state: SyncState) {
    this.lock = lock;
    this.log = log;
    this.state = state;
  }

  /** Restores the state as it was after all that anyone was told of.
   *  @param restarted the inputs of the restart itself.
   *  @throws {StoreError} for a journal that cannot be read; {Error} while another has it. */
  static async open(
    { folder, disk }: JournalOptions,
    clock: () => number,
    restarted: SyncInput,
  ): Promise<{ journal: SyncJournal; state: SyncState }> {
    makeDirectory(folder);
    const lock = await FileLock.wait(join(folder, 'sync'), LOCK_MS);
    if (!lock)
      throw new Error(`${folder} is in use by process ${FileLock.holder(join(folder, 'sync'))}`);
    const path = join(folder, 'sync.log');
    let log: CompactedLog | undefined;
    try {
      const opened = CompactedLog.open({ path, format, policy: 'never', disk });
      log = opened.log;
      const state = await restore(opened.bodies, clock);
      const journal = new SyncJournal(lock, log, state);
      if (opened.bodies.length === 0) log.append(pack(state.save()));
      const now = clock();
      state.apply(now, restarted);
      journal.add(restarted);
      journal.write(now);
      return { journal, state };
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
    this.log.compactIfLong(() => [pack(this.state.save())]);
  }

  async close(): Promise<void> {
    await this.log.close();
    this.lock.release();
  }
}

async function restore([saved, ...since]: readonly Buffer[], clock: () => number) {
  // Numbers made of the time are above all that were ever given under another journal.
  if (!saved) return new SyncState({ fence: clock() * 1000 });
  const state = SyncState.restore(unpack(saved) as SavedSync);
  let turnAt = performance.now();
  for (const entry of since) {
    const [at, inputs] = unpack(entry) as Entry;
    for (const input of inputs) state.apply(at, syncInputCodec.fromArray(input));
    if (performance.now() - turnAt < TURN_MS) continue;
    await turn();
    turnAt = performance.now();
  }
  return state;
}
