// Whether the files of the rooms replay to the state that the server had when it stopped.
import { execFile } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../package-root.ts';
import type { RoomReplay } from './evidence.ts';

/** The command `holdfast replay`. */
const SCRIPT = 'dist/server/replay/main.js';
const LINK_MS = 20;

/** What matters here of the file that the command writes. */
interface ReplayFile {
  readonly tick: number;
  readonly snapshots: readonly { readonly tick: number; readonly verdict: string }[];
}

export interface ReplayOptions {
  readonly data: string;
  /** Takes what the check needs; made if it is not there. */
  readonly directory: string;
  readonly games: readonly string[];
  readonly rooms: readonly number[];
}

/** Keeps the files of rooms that a server is about to stop. When it has written its last snapshot it
 *  removes the journal that leads there: hard links keep that, with what is still being appended. */
export class ReplayCheck {
  private readonly options: ReplayOptions;
  private readonly timer: NodeJS.Timeout;

  constructor(options: ReplayOptions) {
    this.options = options;
    this.link();
    this.timer = setInterval(() => this.link(), LINK_MS);
  }

  /** Call it when the server has stopped.
   *  @returns undefined where this package has no replay. */
  async finish(): Promise<RoomReplay[] | undefined> {
    clearInterval(this.timer);
    this.link();
    if (!existsSync(join(packageRoot(), SCRIPT))) return undefined;
    return Promise.all(this.options.rooms.map((room) => this.replay(room)));
  }

  private link(): void {
    const { data, directory, rooms } = this.options;
    for (const room of rooms) {
      const from = join(data, 'rooms', String(room));
      const to = join(directory, String(room));
      mkdirSync(to, { recursive: true });
      for (const name of readdirSync(from)) linkOnce(join(from, name), join(to, name));
    }
  }

  private async replay(room: number): Promise<RoomReplay> {
    const { directory, games } = this.options;
    const json = join(directory, `${room}.json`);
    const script = join(packageRoot(), SCRIPT);
    const flags = ['--json', json, ...games.flatMap((game) => ['--game', game])];
    const args = [script, join(directory, String(room)), ...flags];
    const { stderr, code } = await promisify(execFile)(process.execPath, args).then(
      () => ({ stderr: '', code: 0 }),
      (error: { stderr: string; code: number }) => error,
    );
    if (!existsSync(json)) return { room, tick: 0, verdict: `exit code ${code}: ${stderr.trim()}` };
    const { tick, snapshots } = JSON.parse(readFileSync(json, 'utf8')) as ReplayFile;
    const newest = snapshots.toSorted((a, b) => a.tick - b.tick).at(-1);
    return { room, tick, verdict: newest?.verdict ?? 'there is no snapshot' };
  }
}

/** The file may be gone again, or be there already. */
function linkOnce(from: string, to: string): void {
  if (from.endsWith('.part') || existsSync(to)) return;
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
