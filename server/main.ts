// The server's entry: reads the configuration and becomes the role that it was forked as.
import { getPriority, setPriority } from 'node:os';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import { ConfigError } from './config.ts';
import { goFirst } from './go-first.ts';
import { childOrigin } from './multiprocessing/index.ts';
import { createLog, LogRelay, ProcessMetrics, printBanner } from './observe/index.ts';
import { DataDirectoryError, ListenError, Primary } from './primary/index.ts';
import { readConfig } from './read-config.ts';
import { rehearse } from './rehearsal.ts';

/** The priority of a coordinator that another replaces. */
const NICE_AT_END = 10;
/** Longer than it takes a coordinator to have everybody back. */
const FIRST_MS = 1500;

const origin = childOrigin();

if (origin) {
  await runChild(origin, {
    setTitle(title) {
      process.title = title;
    },
    newLog: createLog,
    newMetrics: (role) => new ProcessMetrics(role),
    rehearse,
    goFirst: () => goFirst(FIRST_MS),
    standBack: () => setPriority(Math.max(NICE_AT_END, getPriority())),
  });
} else await runPrimary();

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
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // A second signal means now.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping: clients are told goodbye');
    await primary.close();
    log.info('stopped');
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
    const addresses = await primary.start();
    if (!addresses) return;
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
