// What the health checks say: whether players can play, and whether only a new start can help.
import type { Role } from '../observe/index.ts';
import { PrimaryState } from './primary-state.ts';

export interface HealthOptions {
  /** Time for a process to start. */
  readonly startMs: number;
  state(): PrimaryState;
  /** Whether a process of the role does its work. */
  isReady(role: 'worker' | 'coordinator'): boolean;
  /** A coordinator takes the place of another, as planned: players wait for a moment only. */
  isRenewingCoordinator(): boolean;
}

/** Multiple of --start-ms without a ready process after which the health check reports a role as failed. */
const STARTS = 3;
const ROLES = ['coordinator', 'worker'] as const satisfies readonly Role[];

export class Health {
  /** What the coordinator says that it cannot write down; '' where it can. Kept while there is none: it is
   *  mostly why. */
  trouble = '';
  private readonly options: HealthOptions;
  /** Since when a role has had no ready process, by `performance.now()`. */
  private readonly lackingSince = new Map<Role, number>();

  constructor(options: HealthOptions) {
    this.options = options;
  }

  /** Called when a process has got ready or has ended. */
  look(): void {
    for (const role of ROLES) {
      if (this.options.isReady(role)) this.lackingSince.delete(role);
      else if (!this.lackingSince.has(role)) this.lackingSince.set(role, performance.now());
    }
  }

  /** @returns why players cannot connect and play; undefined where they can. */
  unreadyReason(): string | undefined {
    const { state, isReady, isRenewingCoordinator } = this.options;
    if (state() !== PrimaryState.Serving) return 'The server is starting or stopping.';
    const hasCoordinator = isReady('coordinator') || isRenewingCoordinator();
    if (!hasCoordinator)
      return withTrouble('No coordinator is ready: one is started.', this.trouble);
    if (!isReady('worker')) return 'No worker is ready: one is started.';
    return this.trouble || undefined;
  }

  /** @returns why the server has to be started again by hand; undefined where it works, or will again by
   *  itself. A disk that takes nothing is no reason: a new start would not help, and would cost connections. */
  unhealthyReason(): string | undefined {
    const { state, startMs } = this.options;
    if (state() === PrimaryState.Stopped) return 'The server has stopped.';
    if (state() !== PrimaryState.Serving) return undefined;
    const now = performance.now();
    for (const [role, since] of this.lackingSince) {
      if (now - since < STARTS * startMs) continue;
      const seconds = Math.round((now - since) / 1000);
      const text = `No ${role} has been ready for ${seconds} s. The log says why none starts.`;
      return withTrouble(text, this.trouble);
    }
    return undefined;
  }
}

const withTrouble = (text: string, trouble: string): string =>
  trouble === '' ? text : `${text} ${trouble}`;
