// The command `holdfast replay`: repeats a room from its files, and says whether it is the same.
import { writeFileSync } from 'node:fs';
import { GameLoadError, loadGames, StoreError } from '../coordinator/index.ts';
import { openHistory, ReplayError } from './history.ts';
import { pause, waitForDebugger } from './inspect.ts';
import { isDataDirectory, listRoomFiles, tableOfRooms } from './list.ts';
import { type CommandLine, readOptions, UsageError } from './options.ts';
import { type ReplayReport, replay } from './replay.ts';
import { tableOf } from './table.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 where the replay differs or the game throws; 2 for wrong usage, or where nothing
 *  can be replayed. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (isDataDirectory(options.folder)) {
      process.stdout.write(tableOfRooms(listRoomFiles(options.folder), options.folder));
      return 0;
    }
    const history = openHistory(options.folder, await loadGames(options.game));
    const { start, batches } = history;
    // Said before, because game code that hangs says nothing after: it hangs on the last tick.
    process.stderr.write(
      `replaying from tick ${start.tick} to tick ${batches.at(-1)?.tick ?? start.tick}\n`,
    );
    if (options.inspect) waitForDebugger();
    const { until } = options;
    const report = replay(history, { until, pause: options.inspect ? pause : undefined });
    process.stdout.write(tableOf(report));
    writeJson(options, report);
    return report.isEqual ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) return error.exitCode;
    process.stderr.write(`replay: ${textOf(error)}\n`);
    return 2;
  }
}

function writeJson({ json, until }: CommandLine, report: ReplayReport): void {
  if (json === undefined) return;
  const { saved, ...rest } = report;
  const content = until === undefined ? rest : report;
  try {
    writeFileSync(json, `${JSON.stringify(content, null, 2)}\n`);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ReplayError(`cannot write ${json}: ${message}: name another file`, { cause });
  }
}

/** One line for what can go wrong outside, all there is to know for what cannot. */
function textOf(error: unknown): string {
  const isExpected =
    error instanceof ReplayError || error instanceof StoreError || error instanceof GameLoadError;
  if (isExpected) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
