// Runs code that the engine stops at a limit, wherever it is, without ending the process.
import { type RunningScriptOptions, Script } from 'node:vm';

/** A name that no game uses: the script below finds its work by it. */
const NAME = 'holdfastLimitedWork';
const script = new Script(`${NAME}()`);

interface Run {
  readonly work: () => void;
  isDone: boolean;
  failure: { readonly error: unknown } | undefined;
}

const nothing: Run = { work: () => {}, isDone: true, failure: undefined };
let current = nothing;

Object.defineProperty(globalThis, NAME, {
  value: () => {
    const run = current;
    try {
      run.work();
    } catch (error) {
      run.failure = { error };
    }
    // Code that was stopped does not get here: neither catch nor finally see that.
    run.isDone = true;
  },
});

const STOPPED: ReadonlySet<string | undefined> = new Set([
  'ERR_SCRIPT_EXECUTION_TIMEOUT',
  'ERR_SCRIPT_EXECUTION_INTERRUPTED',
]);

/** Runs `work`, perhaps inside of other work that has a limit.
 *  @param limit `timeout` or `breakOnSigint`.
 *  @returns the processor time in ms that `work` has used when it was stopped; undefined where it has ended.
 *  @throws what `work` throws. */
export function runLimited(work: () => void, limit: RunningScriptOptions): number | undefined {
  const cpuBefore = process.threadCpuUsage();
  const outer = current;
  const run: Run = { work, isDone: false, failure: undefined };
  current = run;
  try {
    script.runInThisContext(limit);
  } catch (error) {
    // The limit may also be reached when all is done.
    if (!STOPPED.has((error as NodeJS.ErrnoException).code)) throw error;
  } finally {
    current = outer;
  }
  if (!run.isDone) {
    const { user, system } = process.threadCpuUsage(cpuBefore);
    return (user + system) / 1000;
  }
  if (run.failure) throw run.failure.error;
  return undefined;
}
