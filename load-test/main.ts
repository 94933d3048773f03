// The command `holdfast load-test`: measures a server and says whether it keeps the limits given.
import { writeFileSync } from 'node:fs';
import { brokenText } from './limits.ts';
import { readOptions, UsageError } from './options.ts';
import { TargetError } from './probe.ts';
import { NobodyError, runLoadTest } from './run.ts';
import { ServerStartError } from './server-process.ts';
import { SwarmError } from './swarms.ts';
import { tableOf } from './table.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 when a limit was not kept or there was nothing to measure; 2 for wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    const report = await runLoadTest(options);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(tableOf(report));
    const broken = report.limits.filter(({ kept }) => !kept);
    for (const limit of broken) process.stderr.write(`load-test: ${brokenText(limit)}\n`);
    return broken.length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) return error.exitCode;
    process.stderr.write(`load-test: ${textOf(error)}\n`);
    return 1;
  }
}

/** One line for what can go wrong outside, all there is to know for what cannot. */
function textOf(error: unknown): string {
  if (error instanceof NobodyError) return `nobody could connect: ${error.message}`;
  if (error instanceof TargetError) return `nothing was measured: ${error.message}`;
  if (error instanceof ServerStartError || error instanceof SwarmError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
