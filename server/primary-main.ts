// The process that an operator starts: reads the configuration, and serves until it is told to stop.
import cluster from 'node:cluster';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { type Config, ConfigError } from './config.ts';
import { checkVariables } from './config-variables.ts';
import { createLog, LogRelay, ProcessMetrics, printBanner } from './observe/index.ts';
import { DataDirectoryError, ListenError, Primary } from './primary/index.ts';
import { readConfig } from './read-config.ts';

/** Time for the rest of the log, where its reader stands still. */
const FLUSH_MS = 500;

/** Node lets a worker of a cluster fork no workers. */
const OTHER_CLUSTER =
  'this process is a worker of another cluster (pm2 in cluster mode?), and cannot start processes of its ' +
  'own: start one server as a plain process (pm2: exec_mode "fork", instances 1); it uses all cores';

/** Node reaps only the processes that it has started itself. */
const PROCESS_1 =
  'this process is process 1, and cannot reap processes whose parent has died: start the container with an ' +
  'init (docker run --init, or tini as in the Dockerfile), else dead processes pile up';

/** @param mainFile what its children are started with. */
export async function runPrimary(mainFile: string): Promise<void> {
  if (cluster.isWorker) exitWithError(OTHER_CLUSTER);
  process.title = 'holdfast primary';
  // What the server writes is for its own user. Its processes inherit that.
  process.umask(0o077);
  const { config, warnings } = readConfigOrExit();
  const relay = new LogRelay(config.logFormat);
  const log = createLog({ role: 'primary', level: config.logLevel, write: relay.write });
  for (const warning of warnings) log.warn(warning);
  const primary = new Primary({
    config,
    log,
    relay,
    metrics: new ProcessMetrics('primary'),
    mainPath: asNamed(mainFile),
    failed: (text) => void relay.flush(FLUSH_MS).then(() => exitWithError(text)),
  });
  process.on('exit', () => primary.destroy());
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // A second signal means now.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping: clients are told goodbye');
    await primary.close();
    log.info('stopped');
    await relay.flush(FLUSH_MS);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const hadTerminal = isatty(0);
  process.on('SIGHUP', () => {
    if (isStopping) return;
    // A terminal that was closed is no terminal any more, and its server is to go with it.
    if (hadTerminal && !isatty(0)) void stop('SIGHUP');
    else primary.restart();
  });
  try {
    const bound = await primary.start();
    if (!bound) return;
    const { games, ...addresses } = bound;
    log.info({ host: config.host, ...addresses, workers: config.workers }, 'serving');
    printBanner(config, bound, relay);
    if (process.pid === 1) log.warn(PROCESS_1);
  } catch (error) {
    const isExpected = error instanceof ListenError || error instanceof DataDirectoryError;
    if (!isExpected) throw error;
    await primary.destroy();
    await relay.flush(FLUSH_MS);
    exitWithError(error.message);
  }
}

/** The path of the file as it was named on the command line: a symbolic link in it may lead to newer code when
 *  a restart is asked for. */
function asNamed(file: string): string {
  const named = resolve(process.argv[1] ?? file);
  try {
    return realpathSync(named) === file ? named : file;
  } catch {
    return file;
  }
}

function readConfigOrExit(): { config: Config; warnings: readonly string[] } {
  try {
    const { ignored, warnings } = checkVariables(process.env);
    for (const name of ignored) delete process.env[name];
    return { config: readConfig(process.argv.slice(2)), warnings };
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
