// Waits for a condition, but not for ever.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
/** Longer than any recovery takes. */
const MS_MAX = 20_000;

/** Resolves when `holds` does, or after 20 s. */
export async function until(holds: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!holds() && performance.now() - startedAt < MS_MAX) await sleep(POLL_MS);
}
