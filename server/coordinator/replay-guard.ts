// Runs batches that are replayed. Most of them were within the limit of a guard when they were applied first,
// and were told; in cold code on a busy machine they take longer, so the replay has a longer limit.
import { url as inspectorUrl } from 'node:inspector';
import { type Guard, hangOfSuspect } from './guard.ts';
import { runLimited } from './run-limited.ts';

/** The limit of a replay in limits of a guard, where `--hang-ms` leaves that much. */
const LIMITS = 10;
/** The part of `--hang-ms` that a replay may take: the watch thread ends the process at the whole. */
const HANG_SHARE = 0.7;

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
    const { limitMs } = this;
    if (this.guard.limitMs === 0 || inspectorUrl() !== undefined) {
      run();
      return;
    }
    const cpuMs = runLimited(run, { timeout: limitMs, displayErrors: false });
    if (cpuMs !== undefined) throw hangOfSuspect(limitMs, cpuMs);
  }
}
