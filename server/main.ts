// The server's entry: reads the configuration and becomes the role that it was forked as.
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { ConfigError, defaults, readConfig } from './config.ts';
import { Coordinator, GameLoadError, loadGames, StoreError } from './coordinator/index.ts';
import type { Game } from './games/index.ts';
import type { SocketMessage } from './link/index.ts';
import {
  type ChildIdentity,
  type ChildOrigin,
  ChildRuntime,
  childOrigin,
  FileLock,
} from './multiprocessing/index.ts';
import { createLog, LogRelay, ProcessMetrics, printBanner } from './observe/index.ts';
import { DataDirectoryError, ListenError, Primary } from './primary/index.ts';
import { Worker } from './worker/index.ts';

/** Time for the coordinator of an earlier server to end. */
const EARLIER_MS = 5000;

const origin = childOrigin();

if (origin) await runChild(origin);
else await runPrimary();

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
  const hadTerminal = isatty(0);
  process.on('SIGHUP', () => {
    // A terminal that was closed is no terminal any more, and its server is to go with it.
    if (hadTerminal && !isatty(0)) void stop('SIGHUP');
    else primary.restart();
  });
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

/** Loads what any role needs, then becomes what the primary says. */
async function runChild(given: ChildOrigin): Promise<void> {
  process.title = 'holdfast spare';
  // A primary that has run for long knows nothing of settings that newer code has.
  const origin = { ...given, config: { ...defaults, ...given.config } };
  const runtime = new ChildRuntime(origin);
  const games = loadGames(origin.config.game);
  games.then(
    () => runtime.send({ type: 'loaded', problem: '' }),
    (error: Error) => runtime.send({ type: 'loaded', problem: error.message }),
  );
  const identity = await runtime.identity;
  if (identity.role === 'worker') runWorker(origin, identity, runtime);
  else await runCoordinator(origin, games, runtime);
}

function runWorker(origin: ChildOrigin, identity: ChildIdentity, runtime: ChildRuntime): void {
  const { config, linkPath } = origin;
  const { worker: number } = identity;
  process.title = `holdfast worker ${number}`;
  const log = createLog({ role: 'worker', worker: number, level: config.logLevel });
  const metrics = new ProcessMetrics('worker');
  runtime.measured(metrics);
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
    released: (connection) => runtime.send({ type: 'released', connection }),
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
    release: (connections) => worker.release(connections),
    failing: () => worker.failing(),
    close: () => worker.close(),
  });
}

async function runCoordinator(
  { config, linkPath }: ChildOrigin,
  games: Promise<ReadonlyMap<string, Game>>,
  runtime: ChildRuntime,
): Promise<void> {
  process.title = 'holdfast coordinator';
  const log = createLog({ role: 'coordinator', level: config.logLevel });
  const metrics = new ProcessMetrics('coordinator');
  runtime.measured(metrics);
  // The coordinator of a server that was killed may live a moment longer than its primary.
  const lockName = join(config.data, 'coordinator');
  if (!(await FileLock.wait(lockName, EARLIER_MS))) {
    const pid = FileLock.holder(lockName);
    runtime.unusable(
      `cannot use ${config.data}: the coordinator (process ${pid}) of a server that has ended ` +
        'still uses it: end that',
    );
    return;
  }
  try {
    const options = { config, linkPath, log, metrics, games: await games };
    const coordinator = await Coordinator.start(options);
    runtime.run({
      clients: () => coordinator.sessionCount,
      measure: () => coordinator.measure(),
      drain: () => {},
      release: () => {},
      failing: () => {},
      close: () => coordinator.close(),
    });
    runtime.send({ type: 'ready' });
  } catch (error) {
    if (!(error instanceof GameLoadError || error instanceof StoreError)) throw error;
    runtime.unusable(error.message);
  }
}
