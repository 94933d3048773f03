// The command line of the chaos run.
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { readWith, whole } from '../options.ts';
import { type FaultKind, faultKindNames, faultKinds } from './kinds.ts';

export interface ChaosOptions {
  readonly seconds: number;
  /** It ends after so many, even before that time. */
  readonly faults: number | undefined;
  readonly bots: number;
  /** Clients besides them that only stay connected. */
  readonly onlookers: number;
  /** Of the schedule of faults; 32 bits. */
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** The mean time from a recovery to the next fault. */
  readonly intervalMs: number;
  readonly json: string | undefined;
  readonly serverWorkers: number;
  /** Processes that the clients live in, besides those of who watches. */
  readonly processes: number;
  /** Whether the data of a run that passes is kept, too. */
  readonly keep: boolean;
  /** Whether pauses are compared with their limits, and whether the run fails on them. */
  readonly limits: boolean;
  readonly pauses: boolean;
}

type Flags = Omit<ChaosOptions, 'seed' | 'processes'> & { seed?: number; processes?: number };

const SEED_MAX = 0x7fff_ffff;
/** Fewer than a load-test has: what a client sees of a pause is seen by its process' event loop. */
const BOTS_PER_PROCESS = 250;
const PROCESSES_MAX = 16;

/** @param args the command line without program and script.
 *  @throws {UsageError} with exit code 2, or 0 after help was asked for. */
export function readOptions(args: readonly string[]): ChaosOptions {
  return readWith(newCommand(), args, (command) => {
    const flags = command.opts<Flags>();
    const processes = flags.processes ?? Math.ceil(flags.bots / BOTS_PER_PROCESS);
    return {
      ...flags,
      faults: flags.faults,
      json: flags.json,
      seed: flags.seed ?? randomInt(SEED_MAX),
      processes: Math.min(PROCESSES_MAX, flags.bots, processes),
    };
  });
}

/** @returns the command that repeats a run. */
export function againText({
  seed,
  seconds,
  faults,
  bots,
  onlookers,
  kinds,
  ...options
}: ChaosOptions): string {
  const flags: Record<string, number> = {
    seed,
    seconds,
    ...(faults === undefined ? {} : { faults }),
    bots,
    onlookers,
    'interval-ms': options.intervalMs,
    'server-workers': options.serverWorkers,
  };
  const text = Object.entries(flags).map(([name, value]) => `--${name} ${value}`);
  const some = kinds.length < faultKindNames.length ? [`--kinds ${kinds.join(',')}`] : [];
  return ['npm run chaos --', ...text, ...some].join(' ');
}

function newCommand(): Command {
  const names = Object.entries(faultKinds).map(([name, { text }]) => `${name} (${text})`);
  return new Command('holdfast chaos')
    .description(
      'Starts a server, lets bots play, and does harm to it on a schedule; checks that nothing is ' +
        `lost. Kinds of faults: ${names.join(', ')}.`,
    )
    .option('--seconds <number>', 'how long faults come', whole(1, 86_400), 120)
    .option('--faults <number>', 'end after so many, even before that', whole(1, 1_000_000))
    .option('--bots <number>', 'clients; one in five counts in tally', whole(2, 10_000), 500)
    .option('--onlookers <number>', 'clients that only stay connected', whole(0, 10_000), 0)
    .option('--seed <number>', 'of the schedule (default: random)', whole(0, SEED_MAX))
    .option('--kinds <list>', 'kinds of faults, with commas', parseKinds, faultKindNames)
    .option('--interval-ms <ms>', 'mean time to the next fault', whole(0, 3_600_000), 2000)
    .option('--server-workers <number>', 'worker processes of the server', whole(1, 256), 2)
    .option('--processes <number>', 'processes for the clients', whole(1, PROCESSES_MAX))
    .option('--json <file>', 'write the results to a file')
    .option('--keep', 'keep the data of a run that passes, too', false)
    .option('--no-limits', 'do not compare pauses with their limits')
    .option('--pauses', 'fail when a pause exceeds its limit', false);
}

function parseKinds(text: string): FaultKind[] {
  const kinds = text.split(',').filter((name) => name !== '');
  for (const kind of kinds) {
    if (!Object.hasOwn(faultKinds, kind)) {
      throw new InvalidArgumentError(`There is ${faultKindNames.join(', ')}.`);
    }
  }
  if (kinds.length === 0) throw new InvalidArgumentError('It takes at least one kind.');
  return [...new Set(kinds)] as FaultKind[];
}
