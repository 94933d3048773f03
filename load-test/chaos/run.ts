// Runs chaos: a server, clients that keep a record, faults, and what is found out of it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Auditor } from './auditor.ts';
import { checkReplays } from './check-replay.ts';
import { sharingTotals } from './check-sharing.ts';
import { violationsOf } from './checks.ts';
import { Crowds, type Window } from './crowds.ts';
import { gamePaths } from './deployment.ts';
import type { Descriptors, Evidence, GoldAudit, Outcome } from './evidence.ts';
import { makeFault, whyNot } from './faults.ts';
import type { FaultKind } from './kinds.ts';
import { aliveOf, descriptorsOf, namesOfTemporary } from './leftovers.ts';
import { COUPLES_IN_CROWD } from './messages.ts';
import { againText, type ChaosOptions } from './options.ts';
import { type ChaosReport, kindReports, loadOf } from './report.ts';
import { type PlannedFault, scheduleOf } from './schedule.ts';
import { SharedThings } from './sharing.ts';
import { Victim } from './victim.ts';

/** What is said while it goes on, a line each. */
type Say = (line: string) => void;

const RAMP_MS_PER_CLIENT = 4;
const READY_MS_MAX = 60_000;
/** Clients play so long before the first fault. */
const QUIET_MS = 2000;
/** Longer than a crowd waits for its clients. */
const WINDOW_MS_MAX = 40_000;
/** Longer than clients wait for what has no answer. */
const ANSWER_MS_MAX = 60_000;
const DESCRIPTORS_MS_MAX = 5000;
const POLL_MS = 100;
/** The exit code after Ctrl-C: 128 + the number of SIGINT. */
const INTERRUPTED = 130;

/** Leaves no process behind, and files only where the run has failed or is to keep them.
 *  @throws {ServerStartError} {SwarmError} {FaultError} where it could not go on. */
export async function runChaos(
  options: ChaosOptions,
  say: (outcome: Outcome) => void,
  warn: Say,
): Promise<ChaosReport> {
  const victim = await Victim.start({
    clients: options.bots + options.onlookers,
    workers: options.serverWorkers,
  });
  const run = new Run(options, victim, say, warn);
  const interrupted = () => void run.abandon();
  process.once('SIGINT', interrupted);
  let passed = false;
  try {
    const report = await run.report();
    passed = report.violations.length === 0;
    return report;
  } finally {
    process.off('SIGINT', interrupted);
    await run.stop();
    if (passed && !options.keep) victim.removeFiles();
    else if (!passed) warn(`the data is kept in ${victim.directory}`);
  }
}

class Run {
  private readonly options: ChaosOptions;
  private readonly victim: Victim;
  private readonly say: (outcome: Outcome) => void;
  private readonly warn: Say;
  private readonly crowds: Crowds;
  private readonly outcomes: Outcome[] = [];
  private readonly problems: string[] = [];
  private readonly audits: GoldAudit[] = [];
  private readonly sabotaged = new Set<number>();
  private shared: SharedThings | undefined;
  private startedAt = 0;
  /** Descriptors of the primary before anybody connected. */
  private readonly before: number | undefined;

  constructor(options: ChaosOptions, victim: Victim, say: (outcome: Outcome) => void, warn: Say) {
    this.options = options;
    this.victim = victim;
    this.say = say;
    this.warn = warn;
    this.before = descriptorsOf(victim.server.pid);
    this.crowds = new Crowds({
      host: '127.0.0.1',
      port: victim.port,
      clients: options.bots,
      onlookers: options.onlookers,
      processes: options.processes,
      rampMs: (options.bots + options.onlookers) * RAMP_MS_PER_CLIENT,
      problem: this.problem,
    });
  }

  async report(): Promise<ChaosReport> {
    const { options, victim, crowds } = this;
    const leftOut = await this.leftOut();
    const kinds = options.kinds.filter((kind) => !leftOut.has(kind));
    for (const text of leftOut.values()) this.warn(`left out: ${text}`);
    await crowds.untilReady(READY_MS_MAX);
    await using auditor = await Auditor.join(victim.port);
    const { seed } = options;
    const { data } = victim;
    this.shared = await SharedThings.open({ data, seed, problem: this.problem });
    const quiet = await this.quiet();
    this.startedAt = performance.now();
    if (kinds.length > 0) await this.doHarm(kinds, auditor);
    const seconds = (performance.now() - this.startedAt) / 1000;
    const evidence = await this.gather(auditor);
    const violations = violationsOf(evidence);
    const { outcomes, records, couples, replays } = evidence;
    return {
      seed,
      clients: options.bots + options.onlookers,
      seconds,
      faults: outcomes.length,
      kinds: kindReports(outcomes, options.limits),
      leftOut: [...leftOut.values()],
      additions: records.reduce((sum, { sent }) => sum + sent, 0),
      games: couples.reduce((sum, { games }) => sum + games, 0),
      trades: couples.reduce((sum, { trades }) => sum + trades, 0),
      sharing: sharingTotals(evidence.sharing),
      askedAgain: records.reduce((sum, { askedAgain }) => sum + askedAgain, 0),
      roomsReplayed: replays.length,
      quiet: loadOf([quiet]),
      violations,
      again: againText(options),
      kept: violations.length > 0 || options.keep ? victim.directory : null,
    };
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.crowds.stop();
    await this.shared?.stop();
    await this.victim.server.stop();
  }

  /** Ends this process, as Ctrl-C is to, and leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.stop();
    this.victim.removeFiles();
    process.exit(INTERRUPTED);
  }

  private readonly problem = (text: string): void => {
    this.problems.push(text);
    this.warn(text);
  };

  private async leftOut(): Promise<Map<FaultKind, string>> {
    const found = new Map<FaultKind, string>();
    for (const kind of this.options.kinds) {
      const why = await whyNot(kind, this.victim);
      if (why !== undefined) found.set(kind, `${kind}: not available: ${why}`);
    }
    return found;
  }

  private async quiet(): Promise<Window> {
    this.crowds.begin();
    await sleep(QUIET_MS);
    return this.crowds.end(await this.victim.workerNumbers(), WINDOW_MS_MAX);
  }

  private async doHarm(kinds: readonly FaultKind[], auditor: Auditor): Promise<void> {
    const { seed, intervalMs, seconds } = this.options;
    for (const planned of scheduleOf({ seed, kinds, intervalMs })) {
      const [hasSpares] = await Promise.all([
        this.victim.untilSparesReady(),
        sleep(planned.afterMs),
      ]);
      if (!hasSpares) this.warn('the next fault comes before a spare process is ready');
      if (performance.now() - this.startedAt > seconds * 1000) return;
      const outcome = await this.strike(planned);
      this.outcomes.push(outcome);
      this.say(outcome);
      this.audits.push(await auditor.gold(ANSWER_MS_MAX));
      if (this.outcomes.length === this.options.faults) return;
    }
  }

  private async strike({ kinds, pick }: PlannedFault): Promise<Outcome> {
    const { victim, crowds, options, problem } = this;
    const atMs = performance.now() - this.startedAt;
    const sabotaged = (room: number) => this.sabotaged.add(room);
    const scene = { victim, crowds, clients: options.bots, problem, sabotaged };
    crowds.begin();
    const made = await Promise.allSettled(
      kinds.map((kind, i) => makeFault(kind, { ...scene, pick: pick + i })),
    );
    const window = await crowds.end(await victim.workerNumbers(), WINDOW_MS_MAX);
    const texts: string[] = [];
    const failures: string[] = [];
    for (const result of made) {
      if (result.status === 'fulfilled') texts.push(result.value);
      else failures.push((result.reason as Error).message);
    }
    return { atMs, kinds, text: texts.join('; '), failures, window };
  }

  /** Lets everyone settle, asks for the sums, lets everyone leave, and stops the server. */
  private async gather(auditor: Auditor): Promise<Evidence> {
    const { crowds, victim } = this;
    const [{ records, couples }, sharers] = await Promise.all([
      crowds.settle(ANSWER_MS_MAX),
      this.shared!.settle(),
    ]);
    const sharing = await this.shared!.end(sharers);
    const tally = await auditor.totals(ANSWER_MS_MAX);
    this.audits.push(await auditor.gold(ANSWER_MS_MAX));
    const accounts = await auditor.accounts(ANSWER_MS_MAX);
    const inCrowd = 1 + 2 * COUPLES_IN_CROWD;
    const { bots, onlookers, processes } = this.options;
    const connections = bots + onlookers + processes * inCrowd + 1;
    const connected = await this.descriptors(connections);
    await crowds.leave(ANSWER_MS_MAX);
    await Promise.all([auditor.close(), this.shared!.stop()]);
    const after = await this.descriptors(0);
    const children = (await victim.processes()).map(({ pid }) => pid);
    process.kill(victim.server.pid, 'SIGTERM');
    const exitCode = await victim.server.exitCode;
    return {
      outcomes: this.outcomes,
      problems: this.problems,
      records,
      couples,
      sharing,
      tally,
      audits: this.audits,
      accounts,
      descriptors: this.compared(connected, after, connections),
      quarantined: quarantinedIn(victim.data),
      sabotaged: [...this.sabotaged],
      replays: await checkReplays(auditor.rooms, {
        data: victim.data,
        directory: victim.directory,
        games: gamePaths(),
      }),
      exitCode,
      processesLeft: aliveOf(children),
      filesLeft: namesOfTemporary(victim.temporary).filter((name) => !victim.orphans.has(name)),
    };
  }

  /** Waits a little for as few as there should be. */
  private async descriptors(connections: number): Promise<number | undefined> {
    const { pid } = this.victim.server;
    const startedAt = performance.now();
    for (;;) {
      const found = descriptorsOf(pid);
      if (found === undefined || this.before === undefined) return undefined;
      if (found <= this.before + connections) return found;
      if (performance.now() - startedAt > DESCRIPTORS_MS_MAX) return found;
      await sleep(POLL_MS);
    }
  }

  private compared(
    connected: number | undefined,
    after: number | undefined,
    connections: number,
  ): Descriptors | undefined {
    const { before } = this;
    if (before === undefined || connected === undefined || after === undefined) return undefined;
    return { before, after, connected, connections };
  }
}

/** The numbers of the rooms that were set aside. */
function quarantinedIn(data: string): number[] {
  return readdirSync(join(data, 'rooms'))
    .map((name) => /^(\d+)\.quarantined/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
}
