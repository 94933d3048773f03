// The server's processes on a simulated machine: their own code, as `main.ts` puts it together.
import { type Config, readConfig } from '../config.ts';
import { Coordinator } from '../coordinator/index.ts';
import type { SocketMessage } from '../link/index.ts';
import { type ChildIdentity, ChildRuntime } from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics } from '../observe/index.ts';
import { Primary } from '../primary/index.ts';
import { Worker } from '../worker/index.ts';
import { machine, SimulatedProcess, self } from './test-machine.ts';
import type { Socket } from './test-net.ts';

/** Counts nothing: that would cost more than the rest. */
const metrics = {
  count() {},
  gauge() {},
  observe() {},
  snapshot: async () => [],
} as unknown as ProcessMetrics<'primary'> &
  ProcessMetrics<'worker'> &
  ProcessMetrics<'coordinator'>;

const relay = { add() {}, forget() {}, lastLines: () => [] } as unknown as LogRelay;

/** What the processes say goes into the trace. */
function newLog(): Log {
  const { name } = self();
  const say = (given: unknown, text?: string): void => {
    const fields = typeof given === 'string' ? {} : (given as Record<string, unknown>);
    const error = (fields.err ?? fields.error) as Error | undefined;
    machine().note(`${name}: ${text ?? given}${error ? ` ${error.stack}` : ''}`);
  };
  return { debug() {}, info: say, warn: say, error: say } as unknown as Log;
}

const defaults = readConfig([]);

export const configOf = (changes: Partial<Config>): Config => ({
  ...defaults,
  data: '/data',
  restartsMax: 10_000,
  restartPeriodMs: 1000,
  snapshotMs: 300,
  resumeMs: 100_000,
  roomEmptyMs: 100_000,
  ...changes,
});

/** A primary, which starts the others. */
export class TestServer {
  readonly process = new SimulatedProcess('primary');
  readonly config: Config;

  constructor(config: Config) {
    this.config = config;
    machine().after(0, this.process, () => this.start());
  }

  private start(): void {
    const primary = new Primary({
      config: this.config,
      log: newLog(),
      metrics,
      relay,
      mainPath: 'main.ts',
      failed: (text) => machine().violate(`the server stops: ${text}`),
    });
    primary
      .start()
      .catch((error) => machine().violate(`the server does not start: ${error.stack}`));
  }
}

/** What a child does when it has started. */
export function main(text: string): void {
  const identity = JSON.parse(text) as ChildIdentity;
  const runtime = new ChildRuntime(identity, metrics);
  if (identity.role === 'worker') runWorker(identity, runtime);
  else
    runCoordinator(identity, runtime).catch((error) => {
      const of = machine();
      if (of.current?.isAlive) of.violate(`a coordinator does not start: ${error.stack}`);
    });
}

function runWorker({ config, worker: number, linkPath }: ChildIdentity, runtime: ChildRuntime) {
  const worker = new Worker({
    config,
    linkPath,
    worker: number,
    log: newLog(),
    metrics,
    ready: () => runtime.send({ type: 'ready' }),
    identified: (connection, token, name) =>
      runtime.send({ type: 'identified', connection, token, name }),
    begun: (connection, encoding) => runtime.sendNow({ type: 'begun', connection, encoding }),
    closed: (connection) => runtime.send({ type: 'closed', connection }),
  });
  self().on('message', (message: SocketMessage, socket: Socket | undefined) => {
    const { connection, address, handover } = message;
    if (!socket) {
      runtime.send({ type: 'closed', connection });
      return;
    }
    worker.accept(connection, address, socket as never, handover);
    runtime.send({ type: 'accepted', connection });
  });
  self().hasStarted = true;
  runtime.run({
    clients: () => worker.connectionCount,
    measure: () => worker.measure(),
    drain: () => worker.drain(),
    close: () => worker.close(),
  });
}

async function runCoordinator({ config, linkPath }: ChildIdentity, runtime: ChildRuntime) {
  const log = newLog();
  const process = self();
  const coordinator = await Coordinator.start({ config, linkPath, log, metrics });
  process.hasStarted = true;
  runtime.run({
    clients: () => coordinator.sessionCount,
    measure: () => coordinator.measure(),
    drain: () => {},
    close: () => coordinator.close(),
  });
  runtime.send({ type: 'ready' });
}
