// The coordinator of a group at work: shared objects, served over a Unix socket.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import {
  inputKinds,
  type Reply,
  type SyncInput,
  SyncState,
  syncInputCodec,
  syncReplyCodec,
} from '../../coordinator/sync/index.ts';
import type { Disk } from '../../store/index.ts';
import { SyncJournal } from './sync-journal.ts';
import {
  type ArrayChannel,
  arrayChannel,
  HELLO_BYTES,
  KEY_BYTES,
  OWNER_AT,
  REFUSED,
  RUN_BYTES,
  readExactly,
  runOf,
  WIRE_VERSION,
} from './wire.ts';

export interface SyncServerOptions {
  /** The path of its socket, in a directory that only its user can enter. */
  readonly path: string;
  /** 32 bytes that every client has to know. */
  readonly key: Buffer;
  /** It takes the place of one whose state is lost: for `graceMs` locks are only reclaimed. */
  readonly forgot?: boolean;
  readonly graceMs?: number;
  /** A folder of its own: all is as it was when another serves with it later. */
  readonly journal?: string | undefined;
  /** That of the journal. */
  readonly disk?: Disk;
}

/** A connection whose client knows the key. */
interface Peer {
  /** '' before it has attached. */
  owner: string;
  readonly pid: number;
  readonly channel: ArrayChannel;
}

/** How long a stranger may take to say the key. */
const HELLO_MS = 2000;
/** How long a process that lives may be without a connection. */
const RECONNECT_MS = 10_000;
/** How often it is asked whether a process without a connection lives. */
const ALIVE_MS = 5;
const RECLAIM_MS = 1000;
/** After a write that took longer, others have the process for so many times as long. */
const [SLOW_MS, REST] = [1, 9];
const REST_MS_MAX = 250;
/** Longer ones end at once. */
const TIMER_MAX_MS = 2_147_483_647;
/** What only the coordinator says to its state. */
const internal: readonly unknown[] = [inputKinds.restarted, inputKinds.expire];
const external = new Set<unknown>(
  Object.values(inputKinds)
    .filter((kind) => !internal.includes(kind))
    .map(({ tag }) => tag),
);

export class SyncServer {
  /** Resolves, with what it was, when something has gone wrong: it answers nobody from then on, and
   *  another may go on from what the journal has. */
  readonly failed: Promise<unknown>;
  private readonly fail: (error: unknown) => void;
  private hasFailed = false;
  private readonly key: Buffer;
  /** The same wherever the state is. */
  private readonly run: Buffer;
  private readonly server: Server;
  private readonly state: SyncState;
  private readonly journal: SyncJournal | undefined;
  /** Until the callback at hand is through, and what was asked is written down. */
  private unsent: Reply[] = [];
  private now: number | undefined;
  private settling: NodeJS.Timeout | undefined;
  /** After a slow write. */
  private restUntil = 0;
  private readonly sockets = new Set<Socket>();
  /** By owner. */
  private readonly peers = new Map<string, Peer>();
  private readonly watches = new Set<NodeJS.Timeout>();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  private constructor(key: Buffer, state: SyncState, journal?: SyncJournal) {
    this.key = key;
    this.run = journal ? runOf(key) : randomBytes(RUN_BYTES);
    this.state = state;
    this.journal = journal;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.failed = promise;
    this.fail = (error) => {
      this.hasFailed = true;
      resolve(error);
    };
    this.server = createServer((socket) => this.accept(socket));
  }

  /** Serves until `close`. The socket file must not exist.
   *  @throws {StoreError} of the journal. */
  static async listen(options: SyncServerOptions): Promise<SyncServer> {
    const { key, forgot = false, graceMs = RECLAIM_MS } = options;
    if (options.journal !== undefined) return SyncServer.restored(options, options.journal);
    // No state is restored: numbers made of the time are above all that were ever given.
    const server = new SyncServer(key, new SyncState({ fence: Date.now() * 1000 }));
    if (forgot) server.apply({ kind: 'restarted', graceMs, forgot });
    await server.listenAt(options.path);
    return server;
  }

  private static async restored({ key, path, disk }: SyncServerOptions, folder: string) {
    const restarted = { kind: 'restarted', graceMs: RECONNECT_MS, forgot: false } as const;
    const opened = await SyncJournal.open({ folder, disk }, clock, restarted);
    const { journal, state } = opened;
    const server = new SyncServer(key, state, journal);
    try {
      await server.listenAt(path);
    } catch (error) {
      await journal.close();
      throw error;
    }
    // Those that died meanwhile are not waited for.
    for (const owner of state.owners.keys()) server.watch(owner, Number.parseInt(owner, 10));
    // Leases and waits that go on end in time, also when nobody asks for anything.
    server.apply({ kind: 'expire' });
    return server;
  }

  private async listenAt(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject).listen({ path, exclusive: true }, resolve);
    await promise;
  }

  /** For metrics and tests. */
  get counts(): { readonly owners: number; readonly objects: number } {
    return this.state.counts;
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    clearTimeout(this.settling);
    if (this.now !== undefined) this.settle();
    clearTimeout(this.timer);
    for (const watch of this.watches) clearTimeout(watch);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.server.close(() => resolve());
    for (const socket of this.sockets) socket.destroy();
    await promise;
    await this.journal?.close();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    void this.greet(socket);
  }

  private async greet(socket: Socket): Promise<void> {
    const late = setTimeout(() => socket.destroy(), HELLO_MS);
    const hello = await readExactly(socket, HELLO_BYTES);
    clearTimeout(late);
    if (!hello) return;
    const accepted = timingSafeEqual(hello.subarray(0, KEY_BYTES), this.key);
    const greeting = Buffer.concat([Buffer.of(accepted ? WIRE_VERSION : REFUSED), this.run]);
    if (!accepted) {
      socket.end(greeting, () => socket.destroy());
      return;
    }
    socket.write(greeting);
    const peer: Peer = {
      owner: '',
      pid: hello.readUInt32LE(KEY_BYTES),
      channel: arrayChannel(
        socket,
        (values) => this.receive(peer, values),
        () => this.lose(peer),
      ),
    };
  }

  private receive(peer: Peer, values: unknown[]): void {
    if (values[0] === inputKinds.attach.tag) this.attach(peer, String(values[OWNER_AT]));
    if (peer.owner === '' || !external.has(values[0])) {
      peer.channel.destroy();
      return;
    }
    values[OWNER_AT] = peer.owner;
    this.apply(syncInputCodec.fromArray(values));
  }

  /** The newest connection of an owner is its own. */
  private attach(peer: Peer, owner: string): void {
    this.peers.get(owner)?.channel.destroy();
    peer.owner = owner;
    this.peers.set(owner, peer);
  }

  private apply(input: SyncInput): void {
    if (this.hasFailed) return;
    const isFirst = this.now === undefined;
    this.now ??= clock();
    try {
      for (const reply of this.state.apply(this.now, input)) this.unsent.push(reply);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.journal?.add(input);
    // With what else the callback at hand brings.
    if (isFirst) this.settleSoon();
  }

  /** Where writes are slow there are fewer, with more in each: they hold up what is served beside. */
  private settleSoon(): void {
    const waitMs = this.restUntil - performance.now();
    if (waitMs <= 0) process.nextTick(this.settle);
    else this.settling = setTimeout(this.settle, Math.min(waitMs, REST_MS_MAX));
  }

  /** Of what cannot be written down nobody is told. */
  private readonly settle = (): void => {
    if (this.hasFailed) return;
    const startedAt = performance.now();
    try {
      this.journal?.write(this.now!);
    } catch (error) {
      this.fail(error);
      return;
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > SLOW_MS) this.restUntil = startedAt + (1 + REST) * tookMs;
    this.now = undefined;
    const replies = this.unsent;
    this.unsent = [];
    for (const reply of replies) {
      const values = syncReplyCodec.toArray(reply);
      values[OWNER_AT] = null;
      this.peers.get(reply.owner)?.channel.send({ type: 'array', values });
    }
    const at = this.state.nextDeadline();
    if (at !== undefined && at < this.timerAt) this.wakeAt(at);
  };

  private wakeAt(at: number): void {
    clearTimeout(this.timer);
    this.timerAt = at;
    const expire = () => {
      this.timerAt = Number.POSITIVE_INFINITY;
      // Else time stands until what came is written down, and then it is looked at again.
      if (this.now === undefined) this.apply({ kind: 'expire' });
    };
    this.timer = setTimeout(expire, Math.min(Math.ceil(at - clock()), TIMER_MAX_MS));
  }

  /** Between processes of one machine a connection ends with its process, or is soon made again. */
  private lose(peer: Peer): void {
    const { owner, pid } = peer;
    if (owner === '' || this.peers.get(owner) !== peer) return;
    this.peers.delete(owner);
    this.watch(owner, pid);
  }

  private watch(owner: string, pid: number): void {
    const until = performance.now() + RECONNECT_MS;
    const watch = () => {
      if (this.peers.has(owner) || !this.server.listening) return;
      if (!isAlive(pid) || performance.now() >= until) {
        this.apply({ kind: 'gone', owner });
        return;
      }
      const timer = setTimeout(() => {
        this.watches.delete(timer);
        watch();
      }, ALIVE_MS);
      this.watches.add(timer);
    };
    watch();
  }
}

/** Of the machine, so that it goes on where another process goes on. */
const clock = (): number => performance.timeOrigin + performance.now();

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
