// The door of observe/: logs and metrics for every process.
export { METRICS_CONTENT_TYPE, MetricsAggregate } from './aggregate.ts';
export { type BannerFacts, type BoundPorts, banner, printBanner } from './banner.ts';
export { LineSplitter } from './line-splitter.ts';
export {
  createLog,
  type Log,
  type LogLevel,
  type LogOptions,
  type LogRole,
  type WriteLine,
} from './log.ts';
export { LogRelay, type LogSource, type RelayOptions, relayOutput } from './log-relay.ts';
export { LogThrottle } from './log-throttle.ts';
export type { LogFormat, LogOutput } from './log-writer.ts';
export { ProcessMetrics, type PushedMetrics } from './metrics.ts';
export {
  type CloseReason,
  type LimitName,
  type PoolTask,
  type RejectionCode,
  type Role,
  rejectionCode,
} from './metrics-table.ts';
export { OverloadWatch } from './overload-watch.ts';
export { type ProcessSample, ProcessSampler } from './process-sampler.ts';
export { standardOutput } from './stdout.ts';
