// Whether players wait for a process that no other can stand in for: it is started without back-off then.
import type { Supervisor } from '../multiprocessing/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Connections } from './connections.ts';
import { COORDINATOR, type Workers } from './workers.ts';

export interface UrgencyOptions {
  readonly supervisor: Supervisor;
  readonly connections: Connections;
  readonly workers: Workers;
  /** The processes that live: those that start are among them. */
  living(): Iterable<ChildProcess>;
}

export class Urgency {
  private readonly options: UrgencyOptions;

  constructor(options: UrgencyOptions) {
    this.options = options;
  }

  /** @param id of a child that has just ended. */
  isAwaited(id: string): boolean {
    const { connections, workers, living } = this.options;
    if (connections.size === 0) return false;
    return id === COORDINATOR ? !this.lives('coordinator') : workers.isAwaited(living());
  }

  /** A client has come: a process that it needs, and that waits for its back-off, is started now. */
  clientCame(): void {
    const { supervisor, workers } = this.options;
    if (!this.lives('coordinator')) supervisor.hasten(COORDINATOR);
    if (this.lives('worker')) return;
    // One is enough: the others have their turn.
    for (const id of workers.ids()) if (supervisor.hasten(id)) return;
  }

  private lives(role: 'worker' | 'coordinator'): boolean {
    for (const { identity, isEnding } of this.options.living()) {
      if (identity.role === role && !isEnding) return true;
    }
    return false;
  }
}
