// A run of the fuzzer: a server of its own, bots that play, attackers beside them, and the report.
import { percentileMs } from '../latency.ts';
import { type LogLine, ServerProcess } from '../server-process.ts';
import { Swarms } from '../swarms.ts';
import type { Totals } from '../totals.ts';
import { attackAdmin } from './admin-attacker.ts';
import { attack } from './attacker.ts';
import { againText, type FuzzOptions } from './options.ts';
import { Random } from './random.ts';
import type { FuzzReport } from './report.ts';
import { FuzzTally } from './tally.ts';

const SERVER_FLAGS = [
  // Few rooms, as each of Goldrush takes a share of the processor while it lives.
  ...['--rooms-max', '12', '--room-empty-ms', '2000', '--handshake-ms', '2000'],
  // A flood is read to its end, instead of slowly.
  ...['--commands-per-second', '1000', '--joins-per-second', '100'],
  // An endless loop is found as well; a machine that is full of attackers is no fault of the server.
  ...['--hang-ms', '15000'],
];
const READY_MS_MAX = 30_000;
/** From here on a bot that waits is one that is held up, also on a machine that does other work. */
const GAP_MS_MAX = 10_000;
const TICKS_PER_SECOND_MIN = 1;
const PROGRESS_MS = 10_000;
const COMMANDS_PER_SECOND = 5;
const FAILURES_SHOWN = 10;

/** @param say one line about how it goes.
 *  @throws {ServerStartError} {SwarmError} */
export async function runFuzz(
  options: FuzzOptions,
  say: (line: string) => void,
): Promise<FuzzReport> {
  const { serverWorkers, players } = options;
  const args = ['--workers', String(serverWorkers), ...SERVER_FLAGS];
  await using server = await ServerProcess.start({ args, env: { HOLDFAST_SPARES: '1' } });
  const swarms = new Swarms({
    mode: 'bots',
    host: '127.0.0.1',
    port: server.port,
    game: 'goldrush',
    clients: players,
    processes: 1,
    rampMs: players * 3,
    commandsPerSecond: COMMANDS_PER_SECOND,
  });
  try {
    await swarms.untilReady(READY_MS_MAX);
    const before = await pidsOf(server);
    swarms.measure();
    const tally = new FuzzTally();
    const startedAt = performance.now();
    await Promise.race([attackAll(options, server, tally, say), swarms.death]);
    const seconds = (performance.now() - startedAt) / 1000;
    await swarms.finish();
    const [after, framesRead] = await Promise.all([
      pidsOf(server),
      server.metric('holdfast_frames_received_total'),
    ]);
    const deaths = before.filter((pid) => !after.includes(pid)).length;
    const failures = server.log.filter(isFailure);
    return reportOf(options, {
      tally,
      framesRead,
      seconds,
      totals: swarms.totals,
      deaths,
      failures,
    });
  } finally {
    await swarms.stop();
  }
}

/** Attacks until all frames are sent. Each attacker draws from a generator of its own, so that what it
 *  sends does not depend on how quick the others are. */
async function attackAll(
  { frames, attackers, seed }: FuzzOptions,
  { port, adminPort }: ServerProcess,
  tally: FuzzTally,
  say: (line: string) => void,
): Promise<void> {
  const random = new Random(seed);
  const isDone = () => tally.frames >= frames;
  const shared = { tally, isDone };
  const timer = setInterval(() => {
    say(`${tally.frames} frames on ${tally.connections} connections`);
  }, PROGRESS_MS);
  try {
    await Promise.all([
      attackAdmin({ ...shared, port: adminPort, random: random.fork() }),
      ...Array.from({ length: attackers }, () =>
        attack({ ...shared, port, random: random.fork() }),
      ),
    ]);
  } finally {
    clearInterval(timer);
  }
}

/** Node itself says this where a process is asked what holds it up. */
const INSPECTOR = /^(Debugger|For help)/;

const isFailure = ({ level, msg = '' }: LogLine): boolean =>
  (level === 'error' || level === 'fatal') && !INSPECTOR.test(msg);

/** Of those that a death is noticed of; a spare process may take another's place only then. */
const pidsOf = async (server: ServerProcess): Promise<number[]> =>
  (await server.processes()).filter(({ role }) => role !== 'spare').map(({ pid }) => pid);

interface Found {
  readonly tally: FuzzTally;
  readonly framesRead: number;
  readonly seconds: number;
  readonly totals: Totals;
  readonly deaths: number;
  readonly failures: readonly LogLine[];
}

function reportOf(
  options: FuzzOptions,
  { tally, framesRead, seconds, totals, deaths, failures }: Found,
): FuzzReport {
  const { drops, ready } = totals.sums();
  const ticksPerSecond = totals.ticksPerSecond() ?? 0;
  const gapMs = Math.max(0, ...totals.samples.map((sample) => sample.tickGapMs));
  const problems = [
    ...failures
      .slice(0, FAILURES_SHOWN)
      .map((line) => `the server logged: ${JSON.stringify(line)}`),
    ...tally.unreadable.slice(0, FAILURES_SHOWN).map((text) => `a client could not read: ${text}`),
  ];
  if (deaths > 0) problems.push(`${deaths} processes of the server have died`);
  if (drops > 0) problems.push(`${drops} connections or places of players were lost`);
  if (ready < options.players) problems.push(`only ${ready} of ${options.players} players play`);
  if (ticksPerSecond < TICKS_PER_SECOND_MIN) problems.push(`players saw ${ticksPerSecond} ticks/s`);
  if (gapMs > GAP_MS_MAX) problems.push(`a player saw no tick for ${Math.round(gapMs)} ms`);
  return {
    seed: options.seed,
    seconds,
    frames: tally.frames,
    framesRead,
    bytes: tally.bytes,
    connections: tally.connections,
    adminRequests: tally.adminRequests,
    errors: Object.fromEntries([...tally.errors].sort(([, a], [, b]) => b - a)),
    deaths,
    players: {
      count: ready,
      drops,
      ticksPerSecond,
      gapMs,
      latencyP99Ms: percentileMs(totals.latency, 99),
    },
    problems,
    again: againText(options),
  };
}
