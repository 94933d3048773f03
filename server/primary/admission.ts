// Whether another connection is accepted, and why not.
import type { Config } from '../config.ts';
import { AddressGroups, LimitLog, TokenBuckets } from '../limits/index.ts';
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

/** Times the rate of an address that may come at once. */
const BURST_SECONDS = 20;

const texts: Readonly<Record<RefusalReason, string>> = {
  total: 'connection refused: --connections-max is reached',
  address: 'connection refused: --connections-per-address-max is reached',
  address_rate: 'connection refused: --connects-per-second-per-address is reached',
  per_client: 'connection refused: --per-client-max is reached',
  descriptors: 'connection refused: out of file descriptors, raise ulimit -n',
};

export class Admission {
  private readonly options: AdmissionOptions;
  private readonly descriptors: number;
  private readonly groups: AddressGroups;
  private readonly connects: TokenBuckets;
  private readonly limitLog: LimitLog<RefusalReason>;

  constructor(options: AdmissionOptions) {
    this.options = options;
    const { exemptAddresses, connectsPerSecondPerAddress: perSecond } = options.config;
    this.groups = new AddressGroups(exemptAddresses);
    this.connects = new TokenBuckets({ perSecond, capacity: perSecond * BURST_SECONDS });
    this.limitLog = new LimitLog(options.log, texts);
    // Beside the workers there is the coordinator.
    this.descriptors = descriptorRoom(options.workers.max + 1 + options.config.spares);
  }

  /** @returns why a connection from `address` is refused; undefined where it is not. */
  refusal(address: string): RefusalReason | undefined {
    const reason = this.reasonFor(address);
    if (!reason) return undefined;
    const { connections, metrics } = this.options;
    metrics.count('connectionsRefused', 1, { reason });
    this.limitLog.reached(reason, { address, connections: connections.size });
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
    const group = this.groups.limitedGroup(address);
    if (group !== undefined) {
      if (connections.countOf(address) >= config.connectionsPerAddressMax) return 'address';
      if (!this.connects.take(group, performance.now())) return 'address_rate';
    }
    return workers.hasRoom() ? undefined : 'per_client';
  }
}
