// The coordinator: the process that holds rooms, sessions and lobby, and serves them to workers.
import { dirname, join } from 'node:path';
import { LOBBY } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import { COORDINATOR_BEAT_MS } from '../link/index.ts';
import { ServedGroup } from '../multiprocessing/index.ts';
import { type Log, OverloadWatch, type ProcessMetrics } from '../observe/index.ts';
import { Reconciliation } from './accounts-reconciliation.ts';
import { AccountsTrouble } from './accounts-trouble.ts';
import { Bank } from './bank.ts';
import { ClientLimits } from './client-limits.ts';
import { Door } from './door.ts';
import { EndedRooms } from './ended-rooms.ts';
import { LobbyGuard } from './lobby-guard.ts';
import { Matchmaking } from './matchmaking.ts';
import { RoomList } from './room-list.ts';
import { Rooms } from './rooms.ts';
import { Sessions } from './sessions.ts';
import type { Standby } from './standby.ts';
import { FileStorage } from './storage.ts';
import { TradeDesk } from './trade-desk.ts';
import { WorkPool } from './work-pool.ts';
import { type PeerWorld, WorkerPeer } from './worker-peer.ts';

export { StoreError } from '../store/index.ts';
export { CarryOverError, carryOver } from './carry-over.ts';
export type { CheckedGame } from './determinism-check.ts';
export { type Difference, firstDifference } from './first-difference.ts';
export { GameHangError, Guard, startGuardThread, suspect, suspectField } from './guard.ts';
export { HANG_STACK_HEAD, hangStack, hangStackField } from './hang-stack.ts';
export { inputCodec } from './input-codec.ts';
export type { Input } from './inputs.ts';
export { GameLoadError, loadGames } from './load-games.ts';
export type { Failure } from './outputs.ts';
export { RoomState, type SavedRoom } from './room-state.ts';
export { Standby } from './standby.ts';

export interface CoordinatorOptions {
  readonly config: Config;
  /** By name. */
  readonly games: ReadonlyMap<string, Game>;
  /** The path of the Unix socket on which workers connect. */
  readonly linkPath: string;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** What this process has followed of the one before. */
  readonly standby?: Standby | undefined;
  /** Something cannot be written down, and why; '' when everything can again. */
  trouble(text: string): void;
  /** The disk has not taken what was written: the next coordinator begins from what the disk has; this
   *  one cannot know what that is. */
  diskFailed(error: unknown): void;
}

interface Parts {
  readonly door: Door;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly matchmaking: Matchmaking;
  readonly storage: FileStorage;
  readonly pool: WorkPool;
  readonly bank: Bank;
  readonly trades: TradeDesk;
  readonly trouble: AccountsTrouble;
  readonly guard: LobbyGuard;
  readonly reconciliation: Reconciliation;
  readonly group: ServedGroup;
  readonly limits: ClientLimits;
}

const SYNC_MS = 1000;
const OVERLOADED =
  'overloaded: rooms leave out ticks, so games run slower. Give the server faster processors, end ' +
  'other programs, or have fewer rooms, players and bots (--rooms-max, --connections-max, --bots)';
/** Clients are told of a disk that refuses what is written for longer than this. */
const TROUBLE_MS = 1000;

export class Coordinator {
  private readonly options: CoordinatorOptions;
  private readonly rooms: Rooms;
  private readonly sessions: Sessions;
  private readonly matchmaking: Matchmaking;
  private readonly storage: FileStorage;
  private readonly pool: WorkPool;
  private readonly bank: Bank;
  private readonly trades: TradeDesk;
  private readonly accountsTrouble: AccountsTrouble;
  /** See `PeerWorld`. */
  private readonly behind = new Set<number>();
  private readonly guard: LobbyGuard;
  private readonly roomList: RoomList;
  private readonly endedRooms: EndedRooms;
  private readonly reconciliation: Reconciliation;
  private readonly group: ServedGroup;
  private readonly limits: ClientLimits;
  private readonly peers = new Set<WorkerPeer>();
  private readonly door: Door;
  private readonly timer: NodeJS.Timeout;
  private readonly overload: OverloadWatch<'ticksSkipped'>;
  private syncedAt = performance.now();
  /** What was said last of the disk. */
  private trouble = '';
  private isWritable = true;

  private constructor(options: CoordinatorOptions, parts: Parts) {
    this.options = options;
    this.rooms = parts.rooms;
    this.sessions = parts.sessions;
    this.matchmaking = parts.matchmaking;
    this.storage = parts.storage;
    this.pool = parts.pool;
    this.bank = parts.bank;
    this.trades = parts.trades;
    this.accountsTrouble = parts.trouble;
    this.guard = parts.guard;
    this.roomList = new RoomList(parts.rooms);
    this.endedRooms = new EndedRooms({ ...options, storage: parts.storage });
    this.reconciliation = parts.reconciliation;
    this.group = parts.group;
    this.limits = parts.limits;
    this.door = parts.door;
    this.overload = new OverloadWatch<'ticksSkipped'>(options, 'ticksSkipped', OVERLOADED);
    this.door.admit((socket) => this.peers.add(new WorkerPeer(socket, this.world)));
    this.timer = setInterval(() => this.beat(), COORDINATOR_BEAT_MS);
  }

  /** Brings back what an earlier process has written down, and serves workers.
   *  @throws {StoreError} when files have to be mended first. */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const door = await Door.open(options.linkPath, options.log);
    try {
      return await Coordinator.recover(options, door);
    } catch (error) {
      door.close();
      throw error;
    }
  }

  private static async recover(options: CoordinatorOptions, door: Door): Promise<Coordinator> {
    const { config, games, log, metrics, linkPath, standby, diskFailed } = options;
    await standby?.rest();
    const trouble = new AccountsTrouble(log);
    const storage = await FileStorage.open(config, standby, (error) =>
      trouble.failed(error, 'open'),
    );
    trouble.succeeded();
    const { accounts, disk, health } = storage;
    trouble.health = health;
    // No longer than the link's: such paths have to be short.
    const path = join(dirname(linkPath), 'sync.sock');
    const groupLimits = {
      bytesMax: config.groupBytesMax,
      objectBytesMax: config.groupObjectBytesMax,
      ownerBytesMax: config.groupProcessBytesMax,
    };
    const group = new ServedGroup({ data: config.data, path, disk, log, limits: groupLimits });
    const bank = new Bank({ accounts, trouble, metrics, diskFailed });
    const sessions = new Sessions({ config, storage, accounts, bank });
    sessions.restore(storage.saved);
    const trades = new TradeDesk({ accounts, sessions, trouble, metrics, diskFailed });
    const pool = new WorkPool({ processes: config.poolProcesses, title: 'holdfast pool', metrics });
    const { roomsPerSessionMax } = config;
    const limits = new ClientLimits({ config, log, metrics });
    const around = { config, log, metrics, storage, sessions, pool, bank, limits, diskFailed };
    const rooms = new Rooms({ games, ...around });
    const existing = storage.existingRooms();
    await rooms.recover(storage, standby);
    const of = { accounts, existing, lastRoom: rooms.newest, trouble, log };
    const reconciliation = new Reconciliation(of);
    standby?.clear();
    const matchmaking = new Matchmaking({
      rooms,
      sessions,
      secret: accounts.secret,
      roomsPerSessionMax,
      log,
      metrics,
    });
    matchmaking.restore(storage.saved.waiting);
    const guard = new LobbyGuard({ mark: storage.commandMark, log, metrics });
    const shared = { storage, pool, bank, trades, trouble, guard, reconciliation, group, limits };
    const parts = { door, rooms, sessions, matchmaking, ...shared };
    const coordinator = new Coordinator(options, parts);
    log.info({ games: [...games.keys()] }, 'coordinator serves workers');
    group.serve();
    return coordinator;
  }

  get sessionCount(): number {
    return this.sessions.size;
  }

  /** Brings the gauges up to date. */
  measure(): void {
    const { metrics } = this.options;
    this.overload.check();
    let players = 0;
    let bots = 0;
    let inbox = 0;
    let journals = 0;
    let unsavedMs = 0;
    for (const room of this.rooms) {
      journals += room.journalBytes;
      unsavedMs = Math.max(unsavedMs, room.unsavedMs);
      players += room.players;
      bots += room.botCount;
      inbox += room.inboxLength;
    }
    let queued = 0;
    for (const { channel } of this.peers) {
      queued += channel.unsentBytes;
      const { messages, bytes } = channel.takeCounts();
      metrics.count('linkMessagesSent', messages);
      metrics.count('linkBytesSent', bytes);
    }
    metrics.gauge('sessions', this.sessions.size);
    metrics.gauge('rooms', this.rooms.size + 1);
    metrics.gauge('players', players);
    metrics.gauge('bots', bots);
    metrics.gauge('inboxCommands', inbox);
    metrics.gauge('matchWaiting', this.matchmaking.waiting);
    metrics.gauge('effectsWaiting', this.bank.waiting);
    metrics.gauge('journalBytes', journals);
    metrics.gauge('unsavedSeconds', unsavedMs / 1000);
    this.endedRooms.measure();
    const { health } = this.storage;
    metrics.gauge('roomsStalled', health.stalledRooms);
    for (const [part, count] of health.takeFailures())
      metrics.count('writeFailures', count, { part });
    metrics.gauge('accountsUnwritableSeconds', this.accountsTrouble.seconds);
    metrics.gauge('trades', this.trades.size);
    metrics.gauge('linkQueueBytes', queued);
    const { owners, objects, bytes } = this.group.counts;
    metrics.gauge('groupProcesses', owners);
    metrics.gauge('groupObjects', objects);
    metrics.gauge('groupBytes', bytes);
  }

  /** Lets the workers go, and writes down everything for the next process. Resolves when the disk has it.
   *  @param left called when the next one may begin. */
  async close(left: () => void): Promise<void> {
    clearInterval(this.timer);
    this.matchmaking.close();
    const finished = Promise.all([this.rooms.finish(), this.group.close()]);
    const poolClosed = this.pool.close();
    for (const peer of this.peers) peer.close();
    this.door.close();
    await finished;
    this.bank.close();
    this.trades.close();
    await this.storage.leave();
    left();
    await Promise.all([poolClosed, this.rooms.close(), this.storage.close()]);
  }

  private get world(): PeerWorld {
    return {
      config: this.options.config,
      log: this.options.log,
      metrics: this.options.metrics,
      rooms: this.rooms,
      sessions: this.sessions,
      matchmaking: this.matchmaking,
      accounts: this.storage.accounts,
      trades: this.trades,
      limits: this.limits,
      trouble: this.accountsTrouble,
      guard: this.guard,
      roomList: this.roomList,
      links: this.peers,
      behind: this.behind,
      gone: (peer) => this.peers.delete(peer),
    };
  }

  private beat(): void {
    for (const peer of this.peers) peer.send({ type: 'beat' });
    this.rooms.beat();
    this.sessions.beat();
    this.matchmaking.beat();
    this.trades.beat();
    this.reconciliation.beat();
    this.endedRooms.beat();
    this.accountsTrouble.beat(() => this.storage.accounts.probe());
    const now = performance.now();
    for (const peer of this.peers) peer.beat(now);
    this.checkDisk(now);
    if (now - this.syncedAt < SYNC_MS) return;
    this.syncedAt = now;
    this.storage.sync().catch((error) => this.options.diskFailed(error));
  }

  private checkDisk(now: number): void {
    const { health } = this.storage;
    health.beat(now, () => this.storage.probe());
    const { text } = health;
    if (text !== this.trouble) this.options.trouble(text);
    this.trouble = text;
    const isWritable = health.troubleMs(now) < TROUBLE_MS;
    if (isWritable === this.isWritable) return;
    this.isWritable = isWritable;
    const data = { writable: isWritable, text: isWritable ? WRITABLE : UNWRITABLE };
    for (const peer of this.peers) {
      peer.send({ type: 'event', room: LOBBY, connections: [], name: 'storage', data });
    }
  }
}

const UNWRITABLE = 'The server cannot write to its disk: what you send waits, and is not lost.';
const WRITABLE = 'The server can write to its disk again.';
