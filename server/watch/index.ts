// Public API of watch/: how a process is seen to hang, from inside and from outside.
export { type HangCause, isHeldUp, Judge, type Sample, type Stretch } from './judge.ts';
export { parseReport, WATCH_FD, type WatchReport } from './report.ts';
export type { MakeSentry, Sentry, SentryTools } from './sentry.ts';
export { mainThreadTimes, type ThreadTimes } from './thread-times.ts';
export { type WatchOptions, WatchThread } from './watch-thread.ts';
