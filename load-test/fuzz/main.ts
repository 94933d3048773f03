// The command `holdfast fuzz`: attacks a server with broken frames, or measures what messages cost it.
import { writeFileSync } from 'node:fs';
import { UsageError } from '../options.ts';
import { costsText, measureCosts } from './costs.ts';
import { type FuzzOptions, readOptions } from './options.ts';
import { fuzzText } from './report.ts';
import { runFuzz } from './run.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 when anything was found; 2 for wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  let options: FuzzOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.exitCode;
    throw error;
  }
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const result = options.costs ? await measureCosts(say) : await runFuzz(options, say);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if ('rows' in result) {
    process.stdout.write(costsText(result));
    return 0;
  }
  process.stdout.write(fuzzText(result));
  return result.problems.length > 0 ? 1 : 0;
}
