// Whether another connection is accepted, and why not.
import type { Config } from '../config.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Connections } from './connections.ts';
import { descriptorRoom, type RefusalReason } from './listener.ts';
import type { Workers } from './workers.ts';

export interface AdmissionOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
  readonly connections: Connections;
  readonly workers: Workers;
}

/** A reason that repeats is logged at most so often. */
const REPEAT_LOG_MS = 10_000;

const texts: Readonly<Record<RefusalReason, string>> = {
  total: 'connection refused: --connections-max is reached',
  address: 'connection refused: --connections-per-address-max is reached',
  per_client: 'connection refused: --per-client-max is reached',
  descriptors: 'connection refused: out of file descriptors, raise ulimit -n',
};

export class Admission {
  private readonly options: AdmissionOptions;
  private readonly descriptors: number;
  private readonly loggedAt = new Map<RefusalReason, number>();

  constructor(options: AdmissionOptions) {
    this.options = options;
    // Beside the workers there is the coordinator.
    this.descriptors = descriptorRoom(options.workers.max + 1 + options.config.spares);
  }

  /** @returns why a connection from `address` is refused; undefined where it is not. */
  refusal(address: string): RefusalReason | undefined {
    const reason = this.reasonFor(address);
    if (!reason) return undefined;
    this.options.metrics.count('connectionsRefused', 1, { reason });
    this.logSometimes(reason, address);
    return reason;
  }

  /** Says so where the configuration promises more than the system gives. */
  warnOfLimits(): void {
    const { config, log } = this.options;
    if (config.connectionsMax <= this.descriptors) return;
    log.warn(
      { connectionsMax: config.connectionsMax, possible: this.descriptors },
      'the limit of open files is lower than --connections-max: raise it with ulimit -n',
    );
  }

  private reasonFor(address: string): RefusalReason | undefined {
    const { config, connections, workers } = this.options;
    if (connections.size >= config.connectionsMax) return 'total';
    if (connections.size >= this.descriptors) return 'descriptors';
    if (connections.countOf(address) >= config.connectionsPerAddressMax) return 'address';
    return workers.hasRoom() ? undefined : 'per_client';
  }

  private logSometimes(reason: RefusalReason, address: string): void {
    const now = performance.now();
    if (now - (this.loggedAt.get(reason) ?? Number.NEGATIVE_INFINITY) < REPEAT_LOG_MS) return;
    this.loggedAt.set(reason, now);
    const connections = this.options.connections.size;
    this.options.log.warn({ reason, address, connections }, texts[reason]);
  }
}
