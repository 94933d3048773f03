// The door of multiprocessing/: processes and their supervision.
export {
  type ChildIdentity,
  ChildRuntime,
  type ChildTask,
  childEnvironment,
  childIdentity,
} from './child-runtime.ts';
export {
  type Child,
  type ChildSpec,
  type Clock,
  type Exit,
  Supervisor,
  type SupervisorOptions,
} from './supervisor.ts';
