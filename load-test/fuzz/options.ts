// The command line of the fuzzer.
import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { readWith, whole } from '../options.ts';

export interface FuzzOptions {
  /** How many frames are sent in all. */
  readonly frames: number;
  /** Connections of attackers at one time. */
  readonly attackers: number;
  /** Clients that only want to play. */
  readonly players: number;
  readonly seed: number;
  readonly serverWorkers: number;
  readonly json: string | undefined;
  /** Measure what each message costs the server, and attack nothing. */
  readonly costs: boolean;
}

const SEED_MAX = 0x7fff_ffff;

/** @param args the command line without program and script.
 *  @throws {UsageError} with exit code 2, or 0 after help was asked for. */
export function readOptions(args: readonly string[]): FuzzOptions {
  return readWith(newCommand(), args, (command) => {
    const flags = command.opts<FuzzOptions & { seed?: number }>();
    return { ...flags, json: flags.json, seed: flags.seed ?? randomInt(SEED_MAX) };
  });
}

/** @returns the command that repeats a run, as far as the order in which processes run allows. */
export const againText = ({
  seed,
  frames,
  attackers,
  players,
  serverWorkers,
}: FuzzOptions): string =>
  `npm run fuzz -- --seed ${seed} --frames ${frames} --attackers ${attackers} --players ${players} ` +
  `--server-workers ${serverWorkers}`;

function newCommand(): Command {
  return new Command('holdfast fuzz')
    .description(
      'Starts a server, lets bots play, and sends broken, hostile and too many frames beside them. Fails ' +
        'when a process dies, the server reports an error of its own, or a bot is held up.',
    )
    .option('--frames <number>', 'frames to send', whole(1, 1_000_000_000), 1_000_000)
    .option('--attackers <number>', 'connections of attackers at one time', whole(1, 1000), 24)
    .option('--players <number>', 'bots that play meanwhile', whole(1, 1000), 20)
    .option('--seed <number>', 'of what is sent (default: random)', whole(0, SEED_MAX))
    .option('--server-workers <number>', 'worker processes of the server', whole(1, 256), 2)
    .option('--json <file>', 'write the results to a file')
    .option('--costs', 'measure what each kind of message costs the server instead', false);
}
