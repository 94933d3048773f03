// The watch thread of a process: looks at the main thread in intervals, and reports one that hangs.
// It imports little: all of it is memory of each process.
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Judge, type Sample, type Stretch } from './judge.ts';
import { BEAT_LINE, reportLine, WATCH_FD, type WatchReport } from './report.ts';
import type { AddSentry, MakeSentry, Sentry, SentryTools } from './sentry.ts';
import { ownThreadTimes } from './thread-times.ts';

export interface ThreadData {
  readonly progress: SharedArrayBuffer;
  /** The time without progress, as `Judge` counts it, that makes a hang. */
  readonly limitMs: number;
  /** Between two looks. */
  readonly intervalMs: number;
}

/** The stack is taken at this part of the limit, so that one which goes on leaves a trace as well. */
const CAPTURE_AT = 0.5;
const CAPTURE_MS_MAX = 500;
/** Where the main thread is late again and again, taking its stack must not be what holds it up. */
const CAPTURE_INTERVAL_MS = 10_000;

const { progress, limitMs, intervalMs } = workerData as ThreadData;
const counters = new Int32Array(progress);
const judge = new Judge(intervalMs);
const mainThreadTimes = ownThreadTimes();
const sentries: Sentry[] = [];
let captureAgainAt = 0;
let beatsSeen = 0;
/** What is known of the stretch that goes on; undefined while there is progress. */
let suspicion: { stack: string | undefined; stretch: Stretch; isReported: boolean } | undefined;

/** Loaded when it is first needed: nearly never. */
const stack = async (): Promise<string | undefined> =>
  (await import('./main-stack.ts')).mainStack(CAPTURE_MS_MAX).catch(() => undefined);

const tools: SentryTools = {
  stack,
  say: (text) => writeSync(2, `${text}\n`),
  kill: () => process.kill(process.pid, 'SIGKILL'),
};

function tell(line: string): void {
  try {
    writeSync(WATCH_FD, line);
  } catch {
    // The primary is gone, and this process is about to end.
  }
}

const report = (kind: WatchReport['kind'], { heldMs, cause }: Stretch, found: string | undefined) =>
  tell(reportLine({ kind, cause, heldMs: Math.round(heldMs), stack: found ?? null }));

function look(): void {
  const sample: Sample = {
    atMs: performance.now(),
    progress: Atomics.load(counters, 0),
    times: mainThreadTimes(),
  };
  beatIfDue();
  judged(judge.look(sample), sample);
  for (const sentry of sentries) sentry(sample, tools);
}

/** Each line costs the primary as much as a heartbeat, so this says only what no heartbeat has said. */
function beatIfDue(): void {
  const beats = Atomics.load(counters, 1);
  if (beats === beatsSeen) tell(BEAT_LINE);
  beatsSeen = beats;
}

function judged(stretch: Stretch | undefined, sample: Sample): void {
  if (!stretch) {
    if (suspicion?.stack) report('late', suspicion.stretch, suspicion.stack);
    suspicion = undefined;
    return;
  }
  if (suspicion) suspicion.stretch = stretch;
  else if (stretch.heldMs >= limitMs * CAPTURE_AT && sample.atMs >= captureAgainAt) {
    captureAgainAt = sample.atMs + CAPTURE_INTERVAL_MS;
    void capture(stretch);
  }
  if (stretch.heldMs >= limitMs) void hang(stretch, sample.progress);
}

async function capture(stretch: Stretch): Promise<void> {
  const of = { stack: undefined as string | undefined, stretch, isReported: false };
  suspicion = of;
  of.stack = await stack();
}

async function hang(stretch: Stretch, at: number): Promise<void> {
  suspicion ??= { stack: undefined, stretch, isReported: false };
  if (suspicion.isReported) return;
  suspicion.isReported = true;
  const found = suspicion.stack ?? (await stack());
  // It may have gone on while its stack was taken.
  if (Atomics.load(counters, 0) === at) report('hang', stretch, found);
}

parentPort?.on('message', ({ module, data }: AddSentry) => {
  void import(module).then((loaded: { default: MakeSentry<unknown> }) => {
    sentries.push(loaded.default(data));
  });
});
setInterval(look, intervalMs);
