// A supervisor's child that is a process of one function.
import type { ChildSpec } from './child-spec.ts';
import { Process, type ProcessOptions } from './process.ts';

const SHUTDOWN_MS = 5000;

/** The options of a `Process`, and those of a child: its `id` is the name of the process. */
export interface ProcessSpecOptions<Args extends readonly unknown[], Result>
  extends Omit<ProcessOptions<Args, Result>, 'name' | 'socket'> {
  readonly id: string;
  /** Default: `permanent`. */
  readonly restart?: ChildSpec['restart'];
  /** From `SIGTERM` to `SIGKILL`. Default: 5,000. */
  readonly shutdownMs?: number;
}

/** To be given to `Supervisor.add`. It is started anew, with the same arguments, each time. */
export function processSpec<Args extends readonly unknown[], Result>(
  options: ProcessSpecOptions<Args, Result>,
): ChildSpec {
  const { id, restart = 'permanent', shutdownMs = SHUTDOWN_MS, ...of } = options;
  return {
    id,
    restart,
    shutdownMs,
    start(exited) {
      const child = new Process<Args, Result>({ ...of, name: id }).start();
      void child.join().then(() => {
        exited({ code: child.exitCode ?? null, signal: child.signal ?? null });
      });
      return { stop: () => child.terminate(), kill: () => child.kill() };
    },
  };
}
