// Whether the files of the rooms replay to the state that the server had when it stopped: from the
// older of the two snapshots that are kept, through the journal, to the one that it wrote last.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../package-root.ts';
import type { RoomReplay } from './evidence.ts';

/** The command `holdfast replay`. */
const SCRIPT = 'dist/server/replay/main.js';

/** What matters here of the file that the command writes. */
interface ReplayFile {
  readonly tick: number;
  readonly snapshots: readonly { readonly tick: number; readonly verdict: string }[];
}

export interface ReplayOptions {
  /** Of a server that has stopped. */
  readonly data: string;
  /** Takes what the command writes. */
  readonly directory: string;
  readonly games: readonly string[];
}

export function checkReplays(
  rooms: readonly number[],
  options: ReplayOptions,
): Promise<RoomReplay[]> {
  return Promise.all(rooms.map((room) => replay(room, options)));
}

async function replay(
  room: number,
  { data, directory, games }: ReplayOptions,
): Promise<RoomReplay> {
  const json = join(directory, `${room}.json`);
  const script = join(packageRoot(), SCRIPT);
  const flags = ['--json', json, ...games.flatMap((game) => ['--game', game])];
  const args = [script, join(data, 'rooms', String(room)), ...flags];
  const { stderr, code } = await promisify(execFile)(process.execPath, args).then(
    () => ({ stderr: '', code: 0 }),
    (error: { stderr: string; code: number }) => error,
  );
  if (!existsSync(json)) return { room, tick: 0, verdict: `exit code ${code}: ${stderr.trim()}` };
  const { tick, snapshots } = JSON.parse(readFileSync(json, 'utf8')) as ReplayFile;
  const newest = snapshots.toSorted((a, b) => a.tick - b.tick).at(-1);
  return { room, tick, verdict: newest?.verdict ?? 'there is no snapshot' };
}
