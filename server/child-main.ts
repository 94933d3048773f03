// A process that the primary has forked, on a real machine: a simulated one has these things otherwise.
import { flushCompileCache } from 'node:module';
import { getPriority, setPriority } from 'node:os';
import { runChild } from './child.ts';
import { goFirst } from './go-first.ts';
import type { ChildOrigin } from './multiprocessing/index.ts';
import { createLog, ProcessMetrics } from './observe/index.ts';
import { rehearse } from './rehearsal.ts';
import { WatchThread } from './watch/index.ts';

/** The priority of a coordinator that another replaces. */
const NICE_AT_END = 10;
/** Longer than it takes a coordinator to have everybody back. */
const FIRST_MS = 1500;

export async function beChild(origin: ChildOrigin): Promise<void> {
  const { faultCode } = origin.config;
  if (faultCode) (await import('./fault-code.ts')).runFaultCode(faultCode);
  return runChild(origin, {
    setTitle(title) {
      process.title = title;
    },
    newLog: createLog,
    newMetrics: (role) => new ProcessMetrics(role),
    watch({ hangMs, heartbeatMs }) {
      // A look may come an interval later than the hang.
      new WatchThread({ limitMs: hangMs - heartbeatMs, intervalMs: heartbeatMs });
    },
    async rehearse(given, games, isWanted) {
      await rehearse(given, games, isWanted);
      // Else it is written only when a process ends by itself.
      if (!isWanted()) flushCompileCache();
    },
    goFirst: () => goFirst(FIRST_MS),
    standBack: () => setPriority(Math.max(NICE_AT_END, getPriority())),
  });
}
