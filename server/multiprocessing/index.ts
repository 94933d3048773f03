// The door of multiprocessing/: processes and their supervision.
export {
  type ChildIdentity,
  type ChildOrigin,
  ChildRuntime,
  type ChildTask,
  childEnvironment,
  childOrigin,
} from './child-runtime.ts';
export { FileLock } from './file-lock.ts';
export {
  type Child,
  type ChildSpec,
  type Clock,
  type Exit,
  Supervisor,
  type SupervisorOptions,
} from './supervisor.ts';
export { Pool, type TaskOptions, target } from './toolkit.ts';
