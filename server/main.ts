// The server's entry: reads the configuration and becomes the role that it was forked as.
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ConfigError, readConfig } from './config.ts';
import { Coordinator, GameLoadError, StoreError } from './coordinator/index.ts';
import type { SocketMessage } from './link/index.ts';
import { type ChildIdentity, ChildRuntime, childIdentity } from './multiprocessing/index.ts';
import { createLog, LogRelay, ProcessMetrics, printBanner } from './observe/index.ts';
import { DataDirectoryError, ListenError, Primary } from './primary/index.ts';
import { Worker } from './worker/index.ts';

const child = childIdentity();
if (!child) await runPrimary();
else if (child.role === 'worker') runWorker(child);
else await runCoordinator(child);

async function runPrimary(): Promise<void> {
  process.title = 'holdfast primary';
  const config = readConfigOrExit();
  const relay = new LogRelay(config.logFormat);
  const log = createLog({ role: 'primary', level: config.logLevel, write: relay.write });
  const primary = new Primary({
    config,
    log,
    relay,
    metrics: new ProcessMetrics('primary'),
    mainPath: fileURLToPath(import.meta.url),
    failed: exitWithError,
  });
  process.on('exit', () => primary.destroy());
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // A second signal means now.
    process.once(signal, () => process.exit(1));
    log.info({ signal }, 'stopping: clients are told goodbye');
    await primary.close();
    log.info('stopped');
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    const addresses = await primary.start();
    log.info({ host: config.host, ...addresses, workers: config.workers }, 'serving');
    printBanner(config, addresses, relay);
  } catch (error) {
    const isExpected = error instanceof ListenError || error instanceof DataDirectoryError;
    if (!isExpected) throw error;
    await primary.destroy();
    exitWithError(error.message);
  }
}

function readConfigOrExit(): ReturnType<typeof readConfig> {
  try {
    return readConfig(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return exitWithError(error.message);
  }
}

/** What ends the server is said in one line on stderr. */
function exitWithError(text: string): never {
  process.stderr.write(`holdfast: ${text}\n`);
  process.exit(1);
}

function runWorker(identity: ChildIdentity): void {
  const { config, worker: number, linkPath } = identity;
  process.title = `holdfast worker ${number}`;
  const log = createLog({ role: 'worker', worker: number, level: config.logLevel });
  const metrics = new ProcessMetrics('worker');
  const runtime = new ChildRuntime(identity, metrics);
  const worker = new Worker({
    config,
    linkPath,
    worker: number,
    log,
    metrics,
    ready: () => runtime.send({ type: 'ready' }),
    identified: (connection, token, name) =>
      runtime.send({ type: 'identified', connection, token, name }),
    begun: (connection, encoding) => runtime.sendNow({ type: 'begun', connection, encoding }),
    closed: (connection) => runtime.send({ type: 'closed', connection }),
  });
  process.on('message', (message: SocketMessage, socket: Socket | undefined) => {
    const { connection, address, handover } = message;
    if (!socket) {
      // The client was gone before its socket arrived.
      runtime.send({ type: 'closed', connection });
      return;
    }
    worker.accept(connection, address, socket, handover);
    runtime.send({ type: 'accepted', connection });
  });
  runtime.run({
    clients: () => worker.connectionCount,
    measure: () => worker.measure(),
    drain: () => worker.drain(),
    close: () => worker.close(),
  });
}

async function runCoordinator(identity: ChildIdentity): Promise<void> {
  const { config, linkPath } = identity;
  process.title = 'holdfast coordinator';
  const log = createLog({ role: 'coordinator', level: config.logLevel });
  const metrics = new ProcessMetrics('coordinator');
  const runtime = new ChildRuntime(identity, metrics);
  try {
    const coordinator = await Coordinator.start({ config, linkPath, log, metrics });
    runtime.run({
      clients: () => coordinator.sessionCount,
      measure: () => coordinator.measure(),
      drain: () => {},
      close: () => coordinator.close(),
    });
    runtime.send({ type: 'ready' });
  } catch (error) {
    if (!(error instanceof GameLoadError || error instanceof StoreError)) throw error;
    runtime.unusable(error.message);
  }
}
