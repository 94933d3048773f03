// Runs batches that are replayed. Most of them were within the limit of a guard when they were applied first,
// and were told; in cold code on a busy machine they take longer, so the replay has a longer limit.
import { url as inspectorUrl } from 'node:inspector';
import { Script } from 'node:vm';
import { GameHangError, type Guard, suspect, suspectField } from './guard.ts';

/** The limit of a replay in limits of a guard, where `--hang-ms` leaves that much. */
const LIMITS = 10;
/** The part of `--hang-ms` that a replay may take: the watch thread ends the process at the whole. */
const HANG_SHARE = 0.7;

/** A name that no game uses: the script below finds its work by it. */
const NAME = 'holdfastReplayedWork';
const script = new Script(`${NAME}()`);

let work: () => void = () => {};
let isDone = false;
let failure: { readonly error: unknown } | undefined;

Object.defineProperty(globalThis, NAME, {
  value: () => {
    try {
      work();
    } catch (error) {
      failure = { error };
    }
    isDone = true;
  },
});

/** It opens no step in `suspect`: the guard thread and the step sentry know only the limit of a guard. */
export class ReplayGuard {
  private readonly guard: Guard;
  private readonly hangMs: number;

  constructor(guard: Guard, hangMs: number) {
    this.guard = guard;
    this.hangMs = hangMs;
  }

  /** 0: there is none. */
  get limitMs(): number {
    const { limitMs } = this.guard;
    return Math.max(limitMs, Math.min(LIMITS * limitMs, Math.floor(HANG_SHARE * this.hangMs)));
  }

  /** As `Guard.run`.
   *  @throws {GameHangError}, and what `run` throws. */
  run(run: () => void): void {
    if (this.guard.limitMs === 0 || inspectorUrl() !== undefined) run();
    else runLimited(run, this.limitMs);
  }
}

function runLimited(run: () => void, timeout: number): void {
  const before = process.threadCpuUsage();
  work = run;
  isDone = false;
  failure = undefined;
  try {
    script.runInThisContext({ timeout, displayErrors: false });
  } catch (error) {
    // The limit may also be reached when all is done.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  } finally {
    work = () => {};
  }
  if (!isDone) {
    const place = {
      room: suspect[suspectField.room]!,
      tick: suspect[suspectField.tick]!,
      index: suspect[suspectField.index]!,
    };
    const { user, system } = process.threadCpuUsage(before);
    throw new GameHangError(place, timeout, (user + system) / 1000);
  }
  // The guarded code sets it.
  const { error } = (failure as { readonly error: unknown } | undefined) ?? {};
  if (failure) throw error;
}
