// Runs, in a process that waits for a role, what it will run while players wait: code that has never
// run takes the engine several times as long.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Encoding,
  encodeBinary,
  encodeJson,
  LOBBY,
  type Message,
  PROTOCOL_VERSION,
} from '../protocol/index.ts';
import type { Config } from './config.ts';
import { Coordinator } from './coordinator/index.ts';
import type { Game } from './games/index.ts';
import { type Handover, steadyMs } from './link/index.ts';
import type { ChildOrigin } from './multiprocessing/index.ts';
import { createLog, ProcessMetrics } from './observe/index.ts';
import { Worker } from './worker/index.ts';

/** The first byte of a client that speaks the binary encoding. */
const BINARY = Buffer.of(0);
const PLAYERS = 60;
/** What comes to players until an act is over: enough for the engine to compile what is used much. */
const CHUNKS = PLAYERS * 10;
/** Of each player, to the lobby, which writes them down. */
const CALLS = 20;
const ACT_MS_MAX = 1500;
const TICKS_PER_SECOND = 60;
const POLL_MS = 5;
/** Longer than a recovery takes. */
const WANTED_MS = 2000;

/** Lets a server of one coordinator and one worker live for a moment, in a temporary folder: players
 *  come, the coordinator is replaced, and the worker. Ends early when the process is wanted. Says nothing
 *  of what fails: it does so again where somebody is told. */
export async function rehearse(
  { config, linkPath }: ChildOrigin,
  games: ReadonlyMap<string, Game>,
  isWanted: () => boolean,
): Promise<void> {
  if (isWanted()) return;
  try {
    const folder = mkdtempSync(join(dirname(linkPath), 'rehearsal-'));
    const stage = new Stage(config, games, folder);
    await stage.play(isWanted).catch(() => {});
    stage.empty();
    // What the process has become is waited for; an empty server can wait.
    if (isWanted()) await wait(WANTED_MS);
    await stage.clear();
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

class Stage {
  private readonly config: Config;
  private readonly games: ReadonlyMap<string, Game>;
  private readonly folder: string;
  private readonly clients: Socket[] = [];
  /** What the next worker is told of each client. */
  private readonly known = new Map<number, Handover>();
  private server: Server | undefined;
  private coordinator: Coordinator | undefined;
  private worker: Worker | undefined;
  private connections = 0;
  private chunks = 0;

  constructor(config: Config, games: ReadonlyMap<string, Game>, folder: string) {
    const hurried = (game: Game): Game =>
      game.ticksPerSecond > 0 ? { ...game, ticksPerSecond: TICKS_PER_SECOND } : game;
    this.games = new Map([...games].map(([name, game]) => [name, hurried(game)]));
    this.folder = folder;
    this.config = {
      ...config,
      data: join(folder, 'data'),
      // Nobody is to get any of it back.
      journalSync: 'never',
      faultDisk: '',
      verifyDeterminism: false,
      bots: 0,
      poolProcesses: 1,
    };
  }

  async play(isWanted: () => boolean): Promise<void> {
    for (const act of [this.open, this.replaceCoordinator, this.replaceWorker]) {
      await act();
      const end = performance.now() + ACT_MS_MAX;
      this.chunks = 0;
      while (!(this.isEveryoneIn() && this.chunks >= CHUNKS)) {
        if (isWanted()) return;
        if (performance.now() > end) break;
        await wait(POLL_MS);
      }
    }
  }

  /** Nobody is there any more. */
  empty(): void {
    for (const client of this.clients) client.destroy();
    this.server?.close();
    this.worker?.close();
  }

  async clear(): Promise<void> {
    await this.coordinator?.close(() => {});
  }

  private readonly open = async (): Promise<void> => {
    this.coordinator = await this.startCoordinator();
    this.worker = await this.startWorker();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server = createServer({ pauseOnConnect: true }, (socket) => {
      const connection = ++this.connections;
      const handover = this.known.get(connection - PLAYERS) ?? null;
      this.worker?.accept(connection, '', socket, handover);
    });
    // Exclusive: else the cluster would have the primary listen in this process's stead.
    this.server.once('error', reject).listen({ path: this.doorPath, exclusive: true }, resolve);
    await promise;
    const names = [...this.games.values()].filter(({ match }) => !match).map(({ name }) => name);
    for (let i = 0; i < PLAYERS; i++) {
      const client = this.connect();
      const isBinary = i % 4 < 2;
      if (isBinary) client.write(BINARY);
      const say = (message: Message): boolean =>
        client.write(isBinary ? encodeBinary(message) : encodeJson(message, () => undefined));
      say({ type: 'hello', protocol: PROTOCOL_VERSION, name: `player ${i + 1}` });
      for (let seq = 1; seq <= CALLS; seq++) say({ type: 'call', room: LOBBY, seq, name: 'games' });
      const game = names[i % names.length];
      if (game !== undefined) say({ type: 'join', game });
    }
  };

  private readonly replaceCoordinator = async (): Promise<void> => {
    await this.coordinator?.close(() => {});
    this.coordinator = await this.startCoordinator();
  };

  private readonly replaceWorker = async (): Promise<void> => {
    this.worker?.close();
    this.worker = await this.startWorker();
    for (let i = 0; i < PLAYERS; i++) this.connect();
  };

  private isEveryoneIn(): boolean {
    const { worker, connections } = this;
    for (let i = 0; i < PLAYERS; i++)
      if (worker?.roomsOf(connections - i).length === 0) return false;
    return true;
  }

  private startCoordinator(): Promise<Coordinator> {
    return Coordinator.start({
      config: this.config,
      games: this.games,
      linkPath: this.linkPath,
      log: silent(),
      metrics: new ProcessMetrics('coordinator'),
      diskFailed: () => {},
      trouble: () => {},
    });
  }

  private startWorker(): Promise<Worker> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const encodings = new Map<number, Encoding>();
    const worker = new Worker({
      config: this.config,
      linkPath: this.linkPath,
      worker: 0,
      log: silent(),
      metrics: new ProcessMetrics('worker'),
      ready: resolve,
      begun: (connection, encoding) => void encodings.set(connection, encoding),
      identified: (connection, token, name) => {
        const encoding = encodings.get(connection);
        const at = steadyMs();
        this.known.set(connection, { encoding, token, name, lostAt: at, servedAt: at });
      },
      closed: () => {},
      released: () => {},
    });
    return promise.then(() => worker);
  }

  private connect(): Socket {
    const client = connect(this.doorPath);
    client.on('data', () => this.chunks++);
    client.on('error', () => {});
    this.clients.push(client);
    return client;
  }

  private get linkPath(): string {
    return join(this.folder, 'link');
  }

  private get doorPath(): string {
    return join(this.folder, 'door');
  }
}

const silent = () => createLog({ role: 'spare', level: 'fatal', write: () => {} });
