// Recovers what is on the disk as a coordinator would, writes nothing, and lets go of it: what has run
// with the data that there are is quicker when players wait for it.
import { setImmediate } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import {
  readRoom,
  readSessions,
  roomFolder,
  roomNumbers,
  sessionsPath,
  systemDisk,
} from '../store/index.ts';
import { carryOver } from './carry-over.ts';
import { inputCodec } from './input-codec.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import { replay } from './recovery.ts';
import { RoomState } from './room-state.ts';
import { Sessions } from './sessions.ts';

/** What runs once more is compiled better, up to about here. */
const TIMES = 3;
/** The first few rooms teach as much as many. */
const MS_MAX = 1000;

/** From one dry run to the next; each time twice as long. */
const AGAIN_MS = 4000;
const AGAIN_MS_MAX = 64_000;

class Over extends Error {}

/** A dry run from time to time, ever more rarely: while a process waits rooms come and grow, and what has
 *  not run for long is compiled no more. Resolves when the process is wanted. */
export async function dryRuns(
  config: Config,
  games: ReadonlyMap<string, Game>,
  isWanted: () => boolean,
): Promise<void> {
  for (let waitMs = AGAIN_MS; ; waitMs = Math.min(2 * waitMs, AGAIN_MS_MAX)) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, waitMs).unref();
    });
    if (isWanted()) return;
    await dryRun(config, games, isWanted);
  }
}

/** Another coordinator may be at work. Ends early when the process is wanted. Says nothing of what
 *  fails: it does so again where somebody is told. */
export async function dryRun(
  config: Config,
  games: ReadonlyMap<string, Game>,
  isWanted: () => boolean,
): Promise<void> {
  const endsAt = performance.now() + MS_MAX;
  const goOn = (): void => {
    if (isWanted() || performance.now() > endsAt) throw new Over();
  };
  try {
    for (let i = 0; i < TIMES; i++) await recover(config, games, goOn);
  } catch {}
}

async function recover(
  config: Config,
  games: ReadonlyMap<string, Game>,
  goOn: () => void,
): Promise<void> {
  goOn();
  restoreSessions(config);
  for (const room of roomNumbers(systemDisk, config.data)) {
    await setImmediate();
    goOn();
    await recoverRoom(room, config, games, goOn).catch((error) => {
      if (error instanceof Over) throw error;
    });
  }
}

function restoreSessions(config: Config): void {
  const saved = readSessions(sessionsPath(config.data), ANSWERS_KEPT, systemDisk);
  const fence = saved.sessions.reduce((highest, session) => Math.max(highest, session.fence), 0);
  new Sessions({
    config,
    storage: { appendSession: () => {} },
    accounts: { fence, reserve: () => {}, fencesOf: () => new Map() },
    bank: { raise: () => {} },
  }).restore(saved);
}

async function recoverRoom(
  room: number,
  { data }: Config,
  games: ReadonlyMap<string, Game>,
  goOn: () => void,
): Promise<void> {
  const { snapshots, batches } = readRoom(systemDisk, roomFolder(data, room), inputCodec);
  const snapshot = snapshots.at(-1)!;
  const game = games.get(snapshot.game);
  if (!game) return;
  const { saved } = carryOver(game, snapshot);
  const state = RoomState.restore(game, { id: room, saved, changedTick: snapshot.changedTick });
  const since = batches.slice(snapshot.tick - snapshots[0]!.tick);
  // The process that serves the room has applied all but the last: none of them ends this one.
  await replay(state, since.slice(0, -1), { at: goOn, rest: goOn, previous: undefined });
}
