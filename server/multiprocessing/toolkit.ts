// The door `holdfast/multiprocessing`: processes and pools of them.
export { messageBytesMax } from './connection.ts';
export { currentProcess, parentProcess } from './current-process.ts';
export {
  MessageTooLargeError,
  MultiprocessingError,
  type MultiprocessingErrorCode,
  multiprocessingErrors,
  type ProcessEnd,
  ProcessError,
  TimeoutError,
  WorkerCrashedError,
} from './errors.ts';
export type { ProcessIdentity } from './messages.ts';
export { type FlowingMapOptions, type MapOptions, Pool, type PoolOptions } from './pool.ts';
export { Process, type ProcessOptions } from './process.ts';
export { type Target, target } from './target.ts';
export type { TaskOptions } from './task.ts';
