// The door of multiprocessing/: processes and their supervision.
export { type ChildOrigin, childEnvironment, childOrigin, TRY_AGAIN } from './child-origin.ts';
export { type ChildIdentity, ChildRuntime, type ChildTask } from './child-runtime.ts';
export {
  type Child,
  type ChildSpec,
  type Clock,
  type Exit,
  type SupervisorOptions,
  systemClock,
} from './child-spec.ts';
export { FileLock } from './file-lock.ts';
export { NO_INSPECTOR_BY_SIGNAL } from './no-inspector.ts';
export { ServedGroup } from './shared/served-group.ts';
export { Supervisor } from './supervisor.ts';
export { Pool, type TaskOptions, target } from './toolkit.ts';
