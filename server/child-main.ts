// A process that the primary has forked, on a real machine: a simulated one has these things otherwise.
import { flushCompileCache } from 'node:module';
import { getPriority, setPriority } from 'node:os';
import { extname, join } from 'node:path';
import { runChild } from './child.ts';
import {
  HANG_STACK_HEAD,
  hangStack,
  hangStackField,
  startGuardThread,
  suspect,
  suspectField,
} from './coordinator/index.ts';
import { goFirst } from './go-first.ts';
import type { HangStackData } from './hang-stack-sentry.ts';
import type { ChildOrigin } from './multiprocessing/index.ts';
import { createLog, ProcessMetrics } from './observe/index.ts';
import { rehearse } from './rehearsal.ts';
import type { StepSentryData } from './step-sentry.ts';
import { WatchThread } from './watch/index.ts';

/** The priority of a coordinator that another replaces. */
const NICE_AT_END = 10;
/** Longer than it takes a coordinator to have everybody back. */
const FIRST_MS = 1500;
/** A guard stops game code after `--step-ms-max`; code that it could not stop ends the process after twice that. */
const STEPS_MAX = 2;
const sentry = (name: string) =>
  new URL(`./${name}${extname(import.meta.filename)}`, import.meta.url);
const STEP_SENTRY = sentry('step-sentry');
const HANG_STACK_SENTRY = sentry('hang-stack-sentry');

export async function beChild(origin: ChildOrigin): Promise<void> {
  const { faultCode } = origin.config;
  if (faultCode) (await import('./fault-code.ts')).runFaultCode(faultCode);
  let thread: WatchThread | undefined;
  return runChild(origin, {
    setTitle(title) {
      process.title = title;
    },
    newLog: createLog,
    newMetrics: (role) => new ProcessMetrics(role),
    watch({ hangMs, heartbeatMs }) {
      // A look may come an interval later than the hang.
      thread = new WatchThread({ limitMs: hangMs - heartbeatMs, intervalMs: heartbeatMs });
    },
    guardSteps: ({ stepMsMax }) => startGuardThread(stepMsMax),
    watchSteps({ data, stepMsMax, heartbeatMs }) {
      if (stepMsMax === 0) return;
      startGuardThread(stepMsMax);
      thread?.addSentry<StepSentryData>(STEP_SENTRY, {
        suspect: suspect.buffer,
        fields: suspectField,
        rooms: join(data, 'rooms'),
        limitMs: STEPS_MAX * stepMsMax,
        intervalMs: heartbeatMs,
      });
      thread?.addSentry<HangStackData>(HANG_STACK_SENTRY, {
        memory: hangStack,
        fields: hangStackField,
        head: HANG_STACK_HEAD,
      });
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
