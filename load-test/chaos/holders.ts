// Processes that share with others and have nothing else open. Some are killed while they hold the lock,
// again and again, and are replaced; the others are to live through every fault of the server.
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stopChild } from '../swarms.ts';
import type { FromHolder, ToHolder } from './holder.ts';
import { holderKillsOf } from './schedule.ts';
import { micros } from './sharer.ts';
import { SharerBook, type SharerRecord } from './sharer-record.ts';
import { until } from './until.ts';

export interface HoldersOptions {
  /** The server's data directory. */
  readonly data: string;
  readonly seed: number;
  readonly problem: (text: string) => void;
}

interface Holder {
  readonly child: ChildProcess;
  readonly name: string;
  readonly book: SharerBook;
  /** After so long with the lock it is killed; undefined while it is to live. */
  killAfterMs: number | undefined;
  wasKilled: boolean;
  /** It is never killed. */
  readonly isSpared: boolean;
}

const HOLDERS = 2;
const SPARED = 2;
/** The starts of processes are not what pauses are measured with. */
const NICE = 10;

/** Beside this file, built or not. */
const script = fileURLToPath(import.meta.url).replace(/holders(\.[jt]s)$/, 'holder$1');

export class Holders {
  private readonly options: HoldersOptions;
  private readonly kills: ReturnType<typeof holderKillsOf>;
  private readonly books: SharerBook[] = [];
  private readonly holders = new Set<Holder>();
  private forked = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(options: HoldersOptions) {
    this.options = options;
    this.kills = holderKillsOf(options.seed);
    for (let i = 0; i < HOLDERS; i++) this.fork(false);
    for (let i = 0; i < SPARED; i++) this.fork(true);
    this.planKill();
  }

  /** Kills no more, and lets them come to their ends. */
  async settle(): Promise<SharerRecord[]> {
    this.stopping = true;
    clearTimeout(this.timer);
    for (const holder of this.holders) {
      holder.killAfterMs = undefined;
      this.send(holder.child, { type: 'settle' });
    }
    // They say themselves what they wait for.
    await until(() => this.holders.size === 0);
    await this.stop();
    return this.books.map(({ record }) => record);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await Promise.all([...this.holders].map(({ child }) => stopChild(child)));
  }

  private fork(isSpared: boolean): void {
    const name = `${isSpared ? 'sharer' : 'holder'} ${++this.forked}`;
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const book = new SharerBook(name);
    const state = { killAfterMs: undefined, wasKilled: false, isSpared };
    const holder: Holder = { child, name, book, ...state };
    if (child.pid !== undefined) setPriority(child.pid, NICE);
    this.books.push(book);
    this.holders.add(holder);
    child.on('message', (message: FromHolder) => this.heard(holder, message));
    child.on('error', (error) => this.options.problem(`${name}: ${error.message}`));
    child.on('close', (code, signal) => {
      this.holders.delete(holder);
      if (this.stopping) return;
      if (!holder.wasKilled) this.options.problem(`${name} has ended: ${signal ?? code}`);
      this.fork(isSpared);
    });
    this.send(child, { type: 'start', data: this.options.data, name });
  }

  private heard(holder: Holder, message: FromHolder): void {
    if (message.type === 'problem') {
      this.options.problem(message.text);
      return;
    }
    holder.book.note(message);
    if (message.type !== 'held' || holder.killAfterMs === undefined) return;
    setTimeout(() => this.kill(holder), holder.killAfterMs);
    holder.killAfterMs = undefined;
  }

  private planKill(): void {
    const { afterMs, pick, killAfterMs } = this.kills.next().value!;
    this.timer = setTimeout(() => {
      const living = [...this.holders].filter(({ wasKilled, isSpared }) => !wasKilled && !isSpared);
      const chosen = living[pick % living.length];
      if (chosen) chosen.killAfterMs = killAfterMs;
      this.planKill();
    }, afterMs);
  }

  /** What it has told before is heard all the same. */
  private kill(holder: Holder): void {
    if (this.stopping || !this.holders.has(holder)) return;
    holder.wasKilled = true;
    const at = micros();
    holder.child.kill('SIGKILL');
    holder.child.once('close', () => holder.book.killed(at));
  }

  private send(child: ChildProcess, message: ToHolder): void {
    child.send(message, () => {});
  }
}
