// The command `holdfast chaos`: does harm to a server, and says whether anything was lost.
import { writeFileSync } from 'node:fs';
import { UsageError } from '../options.ts';
import { ServerStartError } from '../server-process.ts';
import { SwarmError } from '../swarms.ts';
import { againText, type ChaosOptions, readOptions } from './options.ts';
import { runChaos } from './run.ts';
import { lineOf, tableOf } from './table.ts';
import { FaultError } from './victim.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 when anything was lost or the run could not go on; 2 for wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  let options: ChaosOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.exitCode;
    throw error;
  }
  write(`seed ${options.seed}`);
  try {
    const report = await runChaos(
      options,
      (outcome) => write(lineOf(outcome)),
      (line) => write(`          ${line}`),
    );
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(tableOf(report));
    const slow = options.pauses && report.kinds.some(({ isSlow }) => isSlow);
    return report.violations.length > 0 || slow ? 1 : 0;
  } catch (error) {
    write(`FAIL: the run could not go on: ${textOf(error)}`);
    write(`again: ${againText(options)}`);
    return 1;
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line for what can go wrong outside, all there is to know for what cannot. */
function textOf(error: unknown): string {
  const isOutside = [FaultError, ServerStartError, SwarmError].some(
    (kind) => error instanceof kind,
  );
  if (!(error instanceof Error)) return String(error);
  return isOutside ? error.message : (error.stack ?? error.message);
}
