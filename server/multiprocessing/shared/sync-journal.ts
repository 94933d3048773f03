// Shared objects on disk: what was asked of them is written down before anyone is answered.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type SavedSync,
  type SyncInput,
  SyncState,
  syncInputCodec,
} from '../../coordinator/sync/index.ts';
import { type Disk, StateLog, type StateLogOptions, systemDisk } from '../../store/index.ts';
import { FileLock } from '../file-lock.ts';

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
  private readonly log: StateLog;
  private readonly state: SyncState;
  private inputs: unknown[][] = [];

  private constructor(lock: FileLock, log: StateLog, state: SyncState) {
    this.lock = lock;
    this.log = log;
    this.state = state;
  }

  /** Restores the state as it was after all that anyone was told of.
   *  @param restarted the inputs of the restart itself.
   *  @throws {StoreError} for a journal that cannot be read; {Error} while another has it. */
  static async open(
    { folder, disk = systemDisk }: JournalOptions,
    clock: () => number,
    restarted: SyncInput,
  ): Promise<{ journal: SyncJournal; state: SyncState; owners: string[] }> {
    const options = { path: join(folder, 'sync.log'), policy: 'never', disk } as const;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = await FileLock.wait(join(folder, 'sync'), LOCK_MS);
    if (!lock)
      throw new Error(`${folder} is in use by process ${FileLock.holder(join(folder, 'sync'))}`);
    try {
      const state = await restore(options, clock);
      state.apply(clock(), restarted);
      const saved = state.save();
      const journal = new SyncJournal(lock, await StateLog.begin(options, saved), state);
      return { journal, state, owners: saved.owners.map(({ id }) => id) };
    } catch (error) {
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
    this.log.append([now, this.inputs] satisfies Entry);
    this.inputs = [];
    if (this.log.isLong) this.log.compact(this.state.save());
  }

  close(): void {
    this.log.close();
    this.lock.release();
  }
}

async function restore(options: StateLogOptions, clock: () => number): Promise<SyncState> {
  const history = StateLog.read(options);
  // Numbers made of the time are above all that were ever given under another journal.
  if (!history) return new SyncState({ fence: clock() * 1000 });
  const state = SyncState.restore(history.state as SavedSync);
  let turnAt = performance.now();
  for (const [at, inputs] of history.since as Iterable<Entry>) {
    for (const input of inputs) state.apply(at, syncInputCodec.fromArray(input));
    if (performance.now() - turnAt < TURN_MS) continue;
    await turn();
    turnAt = performance.now();
  }
  return state;
}
