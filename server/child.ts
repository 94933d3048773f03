// A child process: loads what any role needs, and becomes what the primary says.
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type Config, defaults } from './config.ts';
import { Coordinator, GameLoadError, loadGames, Standby, StoreError } from './coordinator/index.ts';
import type { Game } from './games/index.ts';
import { type Assignment, type LoadedGame, linkVersion, type SocketMessage } from './link/index.ts';
import {
  type ChildIdentity,
  type ChildOrigin,
  ChildRuntime,
  FileLock,
  TRY_AGAIN,
} from './multiprocessing/index.ts';
import type { createLog, ProcessMetrics } from './observe/index.ts';
import { HeldSockets, Worker } from './worker/index.ts';

/** What the process has that a simulated one has otherwise. */
export interface Around {
  setTitle(title: string): void;
  readonly newLog: typeof createLog;
  newMetrics<R extends 'worker' | 'coordinator'>(role: R): ProcessMetrics<R>;
  /** Has a thread watch this process from now on. */
  watch(config: Config): void;
  /** Has another thread stop game code that does not end. More than one call is one. */
  guardSteps(config: Config): void;
  /** As `guardSteps`, and has the watch thread look at the steps of rooms, too. */
  watchSteps(config: Config): void;
  /** Runs what the process may have to run soon. */
  rehearse(
    origin: ChildOrigin,
    games: ReadonlyMap<string, Game>,
    isWanted: () => boolean,
  ): Promise<void>;
  /** Everybody waits for this process. */
  goFirst(): void;
  /** Everybody waits for the next coordinator; this one has only to wait for the disk, and to end. */
  standBack(): void;
}

/** Time for the coordinator of an earlier server to end. */
const EARLIER_MS = 5000;

/** Loads what any role needs, then becomes what the primary says. */
export async function runChild(given: ChildOrigin, around: Around): Promise<void> {
  around.setTitle('holdfast spare');
  // A primary that has run for long knows nothing of settings that newer code has.
  const origin = { ...given, config: { ...defaults, ...given.config } };
  const runtime = new ChildRuntime(origin);
  const link = linkVersion();
  const { game: paths, verifyDeterminism } = origin.config;
  const games = verifyDeterminism
    ? import('./traps/index.ts').then(({ loadTrappedGames }) => loadTrappedGames(paths))
    : loadGames(paths);
  let isWanted = false;
  let standby: Standby | undefined;
  games.then(
    (loaded) => {
      runtime.send({ type: 'loaded', problem: '', link, games: loadedGames(loaded) });
      around.watch(origin.config);
    },
    (error: Error) => runtime.send({ type: 'loaded', problem: error.message, link, games: [] }),
  );
  void runtime.rehearsal.then(async () => {
    const loaded = await games;
    await around.rehearse(origin, loaded, () => isWanted);
    // Without its thread each guard of the standby, several a second, starts and ends a thread of its own.
    around.guardSteps(origin.config);
    standby = new Standby(origin.config, loaded, () => isWanted);
    await standby.step();
    runtime.send({ type: 'rehearsed' });
    await standby.follow();
  });
  const identity = await runtime.identity;
  isWanted = true;
  if (identity.role === 'worker') {
    standby?.clear();
    runWorker(origin, identity, runtime, around);
  } else await runCoordinator(origin, identity, { games, standby }, runtime, around);
}

function loadedGames(games: ReadonlyMap<string, Game>): LoadedGame[] {
  return Array.from(games.values(), ({ name, match }) => ({ name, matched: match?.players ?? 1 }));
}

function runWorker(
  origin: ChildOrigin,
  identity: ChildIdentity,
  runtime: ChildRuntime,
  { setTitle, newLog, newMetrics }: Around,
): void {
  const { config, linkPath } = origin;
  const { worker: number } = identity;
  setTitle(`holdfast worker ${number}`);
  const log = newLog({ role: 'worker', worker: number, level: config.logLevel });
  const metrics = newMetrics('worker');
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
  const serve = ({ connection, address, handover }: Assignment, socket: Socket | undefined) => {
    if (!socket) {
      // The client was gone before its socket arrived.
      runtime.send({ type: 'closed', connection });
      return;
    }
    worker.accept(connection, address, socket, handover);
    runtime.send({ type: 'accepted', connection });
  };
  const held = new HeldSockets();
  process.on('message', (message: SocketMessage, socket: Socket | undefined) => {
    if (!('hold' in message)) serve(message, socket);
    // One whose client was gone before it arrived counts as arrived, and is dropped in a moment.
    else if (!socket || held.hold(message.hold, socket)) {
      runtime.send({ type: 'holds', hold: message.hold });
    }
  });
  runtime.run({
    clients: () => worker.connectionCount,
    measure: () => worker.measure(),
    drain: () => worker.drain(),
    release: (connections) => worker.release(connections),
    serve: (assignment, hold) => serve(assignment, held.take(hold)),
    drop: (hold) => held.drop(hold),
    failing: () => worker.failing(),
    close: () => {
      held.close();
      worker.close();
    },
  });
}

/** What the process has done before it was told what to become. */
interface Prepared {
  readonly games: Promise<ReadonlyMap<string, Game>>;
  readonly standby: Standby | undefined;
}

async function runCoordinator(
  { config, linkPath }: ChildOrigin,
  identity: ChildIdentity,
  { games, standby }: Prepared,
  runtime: ChildRuntime,
  { setTitle, newLog, newMetrics, watchSteps, goFirst, standBack }: Around,
): Promise<void> {
  setTitle('holdfast coordinator');
  goFirst();
  const log = newLog({ role: 'coordinator', level: config.logLevel });
  const metrics = newMetrics('coordinator');
  runtime.measured(metrics);
  // The coordinator of a server that was killed may live a moment longer than its primary.
  const lockName = join(config.data, 'coordinator');
  const lock = await FileLock.wait(lockName, EARLIER_MS);
  if (!lock) {
    const pid = FileLock.holder(lockName);
    runtime.unusable(
      `cannot use ${config.data}: the coordinator (process ${pid}) of a server that has ended ` +
        'still uses it: end that',
    );
    return;
  }
  try {
    const diskFailed = (err: unknown) => {
      log.fatal({ err }, 'the disk has not taken what was written: the coordinator is replaced');
      process.exit(TRY_AGAIN);
    };
    const loaded = await games;
    watchSteps(config);
    const trouble = (text: string) => runtime.send({ type: 'trouble', text });
    const options = { config, linkPath, log, metrics, standby, diskFailed, trouble, games: loaded };
    const coordinator = await Coordinator.start(options);
    runtime.run({
      clients: () => coordinator.sessionCount,
      measure: () => coordinator.measure(),
      drain: () => {},
      release: () => {},
      serve: () => {},
      drop: () => {},
      failing: () => {},
      close: (left) =>
        coordinator.close(() => {
          lock.release();
          left();
          standBack();
        }),
    });
    runtime.send({ type: 'trouble', text: '' });
    runtime.send({ type: 'ready' });
  } catch (error) {
    if (!(error instanceof GameLoadError || error instanceof StoreError)) throw error;
    if (identity.worker === 1) runtime.unusable(error.message);
    else {
      // A server that has served does not end for a full disk: its clients wait for the next try.
      log.error({ err: error }, `no coordinator can start, and players wait: ${error.message}`);
      runtime.sendNow({ type: 'trouble', text: `No coordinator can start: ${error.message}` });
      process.exit(TRY_AGAIN);
    }
  }
}
