// A process for which everybody waits goes before others on a machine that is busy.
import { getPriority, setPriority } from 'node:os';

/** So much before others, in steps of nice: three times what another gets where both want all. */
const STEPS = 5;

/** For `ms`, and only the thread that runs JavaScript. Where the system does not allow it, nothing
 *  changes: it takes the capability SYS_NICE, or a limit of `nice` that goes so far. */
export function goFirst(ms: number): void {
  const usual = getPriority();
  const first = usual - STEPS;
  try {
    setPriority(first);
  } catch {
    return;
  }
  const timer = setTimeout(() => {
    // Else somebody has found another one right meanwhile.
    if (getPriority() === first) setPriority(usual);
  }, ms);
  timer.unref();
}
