// Runs a load-test: a server, clients, the measured window, and the report of it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminApi } from './admin-api.ts';
import { type Histogram, percentileMs } from './latency.ts';
import { checkLimits } from './limits.ts';
import { CROWD_GAME } from './messages.ts';
import type { LoadTestOptions } from './options.ts';
import { packageRoot } from './package-root.ts';
import { probeTarget } from './probe.ts';
import { Progress } from './progress.ts';
import type { ClientProcessReport, Report } from './report.ts';
import { ServerProcess } from './server-process.ts';
import { type Reading, serverReport, takeReading } from './server-usage.ts';
import { Swarms } from './swarms.ts';

const CROWD_GAME_PATH = 'dist/load-test/crowd-game.js';

/** Nobody could connect, so that there is nothing to measure. */
export class NobodyError extends Error {
  override readonly name = 'NobodyError';
  readonly code = 'NOBODY';
}

/** Takes a server of its own where there is no target, and leaves nothing behind.
 *  @throws {TargetError} {ServerStartError} {SwarmError} {NobodyError}, or why the admin interface has failed. */
export async function runLoadTest(options: LoadTestOptions): Promise<Report> {
  if (options.target) {
    await probeTarget(options.target, (text) => {
      process.stderr.write(`load-test: ${text}\n`);
    });
    const admin = options.admin === undefined ? undefined : new AdminApi(options.admin);
    return measure(options, options.target, admin);
  }
  await using server = await ServerProcess.start({ args: serverFlags(options) });
  return await measure(options, { host: '127.0.0.1', port: server.port }, server.admin);
}

/** Limits raised as far as this test needs it. */
function serverFlags(options: LoadTestOptions): string[] {
  const { clients, commandsPerSecond, serverWorkers, game } = options;
  const connections = String(clients + 256);
  const flags = {
    '--workers': serverWorkers,
    '--connections-max': connections,
    '--connections-per-address-max': connections,
    '--sessions-max': String(clients + 20_000),
    '--commands-per-second': String(Math.max(100, commandsPerSecond * 2)),
  };
  const games = game === CROWD_GAME ? ['--game', join(packageRoot(), CROWD_GAME_PATH)] : [];
  return [...Object.entries(flags).flat(), ...games];
}

async function measure(
  options: LoadTestOptions,
  { host, port }: { host: string; port: number },
  admin: AdminApi | undefined,
): Promise<Report> {
  const { mode, game, clients, processes, rampMs, commandsPerSecond, settleMs } = options;
  const reading = () => (admin ? takeReading(admin) : undefined);
  await sleep(admin ? settleMs : 0);
  const base = await reading();
  const task = { mode, host, port, game, clients, processes, rampMs, commandsPerSecond };
  const swarms = new Swarms(task);
  const progress = new Progress({ out: process.stderr, clients, totals: () => swarms.totals });
  try {
    await swarms.untilReady(rampMs + options.readyMs);
    const { ready } = swarms.totals.sums();
    if (ready === 0) throw new NobodyError(swarms.totals.lastError ?? 'no answer');
    progress.phase = 'settling';
    await Promise.race([sleep(settleMs), swarms.death]);
    progress.phase = 'measuring';
    const begin = await reading();
    swarms.measure();
    await Promise.race([sleep(options.seconds * 1000), swarms.death]);
    const end = await reading();
    await swarms.finish();
    const readings = base && begin && end && { base, begin, end };
    return reportOf(options, swarms, ready, readings);
  } finally {
    progress.close();
    await swarms.stop();
  }
}

function reportOf(
  options: LoadTestOptions,
  { totals, shares }: Swarms,
  connected: number,
  readings: { base: Reading; begin: Reading; end: Reading } | undefined,
): Report {
  const { mode, target, game, clients } = options;
  const sums = totals.sums();
  const { fewestStates, longestGapMs } = totals.extremes();
  const { seconds } = sums;
  const perSecondPerClient = (count: number) => count / seconds / connected;
  const counted = { states: sums.statesReceived, connected, cpuSeconds: sums.cpuSeconds };
  const report = {
    mode,
    target: target ? `${target.host}:${target.port}` : null,
    game,
    clients,
    connected,
    drops: sums.drops,
    lastError: totals.lastError ?? null,
    seconds,
    commands: {
      sent: sums.commandsSent,
      acknowledged: sums.commandsAcknowledged,
      rejected: sums.commandsRejected,
      perSecond: sums.commandsSent / seconds,
    },
    states: {
      received: sums.statesReceived,
      perSecond: sums.statesReceived / seconds,
      perSecondPerClient: perSecondPerClient(sums.statesReceived),
      slowestShare: fewestStates === null ? null : (fewestStates * connected) / sums.statesReceived,
      longestGapMs,
    },
    latencyMs: latencyOf(totals.latency),
    bytesPerSecondPerClient: {
      received: perSecondPerClient(sums.bytesReceived),
      sent: perSecondPerClient(sums.bytesSent),
    },
    ticksPerSecond: totals.ticksPerSecond() ?? null,
    server: readings ? serverReport(readings, counted) : null,
    clientProcesses: totals.samples.map(
      (sample, swarm): ClientProcessReport => ({
        clients: shares[swarm]!,
        cpuPercent: (sample.cpuSeconds / sample.seconds) * 100,
        eventLoopLagP99Ms: sample.lagP99Ms,
      }),
    ),
  };
  return { ...report, limits: checkLimits(options.limits, report) };
}

function latencyOf(latency: Histogram): Report['latencyMs'] {
  if (latency.totalCount === 0) return null;
  const [p50, p90, p99, p999, max] = [50, 90, 99, 99.9, 100].map((percentile) =>
    percentileMs(latency, percentile),
  ) as [number, number, number, number, number];
  return { p50, p90, p99, p999, max };
}
