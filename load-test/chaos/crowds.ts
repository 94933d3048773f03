// The crowds of a chaos run: forks them, spreads the clients over them, collects what they tell.
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SwarmError, sharesOf, stopChild, within } from '../swarms.ts';
import type {
  CoupleRecord,
  CrowdTask,
  CrowdWindow,
  FromCrowd,
  TallyRecord,
  ToCrowd,
} from './messages.ts';

export interface CrowdsTask extends Omit<CrowdTask, 'firstClient' | 'isWatching'> {
  /** How many processes the clients live in, besides those of who watches. */
  readonly processes: number;
  /** Told of what must never be, when it is found. */
  readonly problem: (text: string) => void;
}

/** What befell all clients. */
export type Window = CrowdWindow;

type Kind = FromCrowd['type'];

/** One client in so many counts in tally and watches, the others play goldrush. */
const WATCHERS = 5;
/** Players have machines of their own: where theirs is the server's, they have what it leaves, but
 *  for those that watch, for what they see is to be the server's doing. */
const NICE = 19;
/** Beside this file, built or not. */
const script = fileURLToPath(import.meta.url).replace(/crowds(\.[jt]s)$/, 'crowd$1');

export class Crowds {
  private readonly children: readonly ChildProcess[];
  private readonly died = Promise.withResolvers<never>();
  private readonly problem: (text: string) => void;
  /** Who waits for a message of a kind, by crowd. */
  private readonly waiting = new Map<string, (message: FromCrowd) => void>();
  private stopping = false;

  constructor({ processes, problem, ...task }: CrowdsTask) {
    this.problem = problem;
    this.died.promise.catch(() => {});
    const watchers = Math.ceil(task.clients / WATCHERS);
    const watching = Math.ceil(processes / WATCHERS);
    const onlookers = sharesOf(task.onlookers, watching);
    const shares = [
      ...sharesOf(watchers, watching).map((clients, i) => ({
        isWatching: true,
        clients,
        onlookers: onlookers[i]!,
      })),
      ...sharesOf(task.clients - watchers, processes).map((clients) => ({
        isWatching: false,
        clients,
        onlookers: 0,
      })),
    ];
    let firstClient = 1;
    this.children = shares.map((share, crowd) => {
      const child = this.fork(crowd, share.isWatching ? 0 : NICE);
      this.send(child, { type: 'start', ...task, ...share, firstClient });
      firstClient += share.clients;
      return child;
    });
  }

  /** Resolves when every client is in its room.
   *  @throws {SwarmError} after `msMax`, and when a process of clients has died. So do all others. */
  async untilReady(msMax: number): Promise<void> {
    await this.all('ready', msMax);
  }

  begin(): void {
    this.tell({ type: 'begin' });
  }

  async end(living: readonly number[], msMax: number): Promise<Window> {
    const answers = this.all('window', msMax);
    this.tell({ type: 'end', living });
    return sumOf((await answers).map(({ window }) => window));
  }

  /** Cuts about this part of all connections. */
  vanish(connections: number, pick: number): void {
    const shares = sharesOf(connections, this.children.length);
    this.children.forEach((child, i) => {
      this.send(child, { type: 'vanish', connections: shares[i]!, pick });
    });
  }

  async settle(msMax: number): Promise<{
    records: TallyRecord[];
    couples: CoupleRecord[];
  }> {
    const answers = this.all('records', msMax);
    this.tell({ type: 'settle' });
    const all = await answers;
    return {
      records: all.flatMap(({ records }) => records),
      couples: all.flatMap(({ couples }) => couples),
    };
  }

  async leave(msMax: number): Promise<void> {
    const answers = this.all('gone', msMax);
    this.tell({ type: 'leave' });
    await answers;
  }

  /** Cuts all connections. Idempotent. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.children.map(stopChild));
  }

  private fork(crowd: number, nice: number): ChildProcess {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    if (child.pid !== undefined && nice > 0) setPriority(child.pid, nice);
    child.on('message', (message: FromCrowd) => {
      if (message.type === 'problem') this.problem(message.text);
      else this.waiting.get(`${message.type} ${crowd}`)?.(message);
    });
    child.on('error', (error) => this.died.reject(new SwarmError(error.message)));
    child.on('exit', (code, signal) => {
      if (this.stopping) return;
      this.died.reject(new SwarmError(`a process of clients has died: ${signal ?? code}`));
    });
    return child;
  }

  private tell(message: ToCrowd): void {
    for (const child of this.children) this.send(child, message);
  }

  private send(child: ChildProcess, message: ToCrowd): void {
    child.send(message);
  }

  /** @returns the next message of the kind from each crowd. */
  private async all<K extends Kind>(
    type: K,
    msMax: number,
  ): Promise<Extract<FromCrowd, { type: K }>[]> {
    type Answer = Extract<FromCrowd, { type: K }>;
    const answers = this.children.map((_, crowd) => {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      this.waiting.set(`${type} ${crowd}`, resolve as (message: FromCrowd) => void);
      return promise;
    });
    const all = Promise.all(answers);
    if (await within(msMax, Promise.race([all, this.died.promise]))) return all;
    throw new SwarmError(`the clients are not "${type}" after ${msMax} ms`);
  }
}

function sumOf(windows: readonly CrowdWindow[]): Window {
  const sum = (
    name: 'handedOver' | 'lostBefore' | 'lost' | 'vanished' | 'bytesReceived' | 'bytesSent',
  ) => windows.reduce((total, window) => total + window[name], 0);
  return {
    handedOver: sum('handedOver'),
    handedOverMs: windows.flatMap(({ handedOverMs }) => handedOverMs),
    watchingMs: windows.flatMap(({ watchingMs }) => watchingMs),
    lostBefore: sum('lostBefore'),
    lost: sum('lost'),
    vanished: sum('vanished'),
    reasons: windows.flatMap(({ reasons }) => reasons),
    stuck: windows.flatMap(({ stuck }) => stuck),
    seconds: Math.max(...windows.map(({ seconds }) => seconds)),
    cpuSeconds: windows.reduce((total, window) => total + window.cpuSeconds, 0),
    bytesReceived: sum('bytesReceived'),
    bytesSent: sum('bytesSent'),
  };
}
