// The door `holdfast/multiprocessing`: processes, pools of them, and what they share.
export {
  type Child,
  type ChildSpec,
  type Clock,
  type Exit,
  type SupervisorOptions,
  systemClock,
} from './child-spec.ts';
export { currentProcess, givenSocket, parentProcess } from './current-process.ts';
export {
  AuthenticationError,
  BrokenBarrierError,
  type CodeOf,
  DeadlockError,
  EndOfStreamError,
  GroupError,
  MessageTooLargeError,
  MultiprocessingError,
  type MultiprocessingErrorCode,
  multiprocessingErrors,
  type ProcessEnd,
  ProcessError,
  SyncError,
  TimeoutError,
  WorkerCrashedError,
} from './errors.ts';
export { messageBytesMax } from './frame.ts';
export type { ProcessIdentity } from './messages.ts';
export { Pipe, type PipeEnd } from './pipe.ts';
export { type FlowingMapOptions, type MapOptions, Pool, type PoolOptions } from './pool.ts';
export { Process, type ProcessOptions } from './process.ts';
export { type ProcessSpecOptions, processSpec } from './process-spec.ts';
export * from './shared/index.ts';
export { Supervisor } from './supervisor.ts';
export { type Target, target } from './target.ts';
export type { TaskOptions } from './task.ts';
