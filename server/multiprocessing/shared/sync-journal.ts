// Shared objects on disk: what was asked of them is written down before anyone is answered.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type SavedSync,
  type SyncInput,
  SyncState,
  syncInputCodec,
} from '../../coordinator/sync/index.ts';
import { StateLog } from '../../store/index.ts';
import { FileLock } from '../file-lock.ts';

/** How long a killed predecessor may take to be gone. */
const LOCK_MS = 5000;

/** One step's inputs, which came at one time. */
type Entry = readonly [now: number, inputs: readonly unknown[][]];

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
    folder: string,
    now: number,
    restarted: SyncInput,
  ): Promise<{ journal: SyncJournal; state: SyncState; owners: string[] }> {
    const options = { path: join(folder, 'sync.log'), policy: 'never' } as const;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = await FileLock.wait(join(folder, 'sync'), LOCK_MS);
    if (!lock)
      throw new Error(`${folder} is in use by process ${FileLock.holder(join(folder, 'sync'))}`);
    const history = StateLog.read(options);
    // Numbers made of the time are above all that were ever given under another journal.
    const state = history
      ? SyncState.restore(history.state as SavedSync)
      : new SyncState({ fence: now * 1000 });
    for (const [at, inputs] of (history?.since ?? []) as Entry[]) {
      for (const input of inputs) state.apply(at, syncInputCodec.fromArray(input));
    }
    state.apply(now, restarted);
    const saved = state.save();
    const journal = new SyncJournal(lock, StateLog.begin(options, saved), state);
    return { journal, state, owners: saved.owners.map(({ id }) => id) };
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
