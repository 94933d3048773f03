// The coordinator of a group at work: shared objects, served over a Unix socket.
import { randomBytes } from 'node:crypto';
import { TIMER_MS_MAX } from '../../../protocol/timers.ts';
import {
  type Reply,
  type SyncInput,
  type SyncLimits,
  SyncState,
  syncInputCodec,
  syncReplyCodec,
} from '../../coordinator/sync/index.ts';
import type { Disk } from '../../store/index.ts';
import { AbsentProcesses, RECONNECT_MS } from './absent-processes.ts';
import { GroupClock } from './group-clock.ts';
import { GroupListener } from './group-listener.ts';
import { LoopShare } from './loop-share.ts';
import { Peers } from './peers.ts';
import { SyncJournal } from './sync-journal.ts';
import { OWNER_AT, RUN_BYTES, runOf } from './wire.ts';

export interface SyncServerOptions {
  /** The path of its socket, in a directory that only its user can enter. */
  readonly path: string;
  /** 32 bytes that every client has to know. */
  readonly key: Buffer;
  /** It takes the place of one whose state is lost: for `graceMs` locks are only reclaimed. */
  readonly forgot?: boolean;
  readonly graceMs?: number;
  /** Without a journal: fencing numbers are above the microseconds since the machine has started and
   *  this. Coordinators of one group, one after another, are given the same. */
  readonly fenceOrigin?: number;
  readonly limits?: Partial<SyncLimits>;
  /** The process does other work as well: the group may take this share of its event loop. */
  readonly loopShare?: number;
  /** Something that an operator should know of. `isFault`: it needs mending. */
  readonly notice?: ((text: string, isFault: boolean) => void) | undefined;
  /** A folder of its own: all is as it was when another serves with it later. */
  readonly journal?: string | undefined;
  /** That of the journal. */
  readonly disk?: Disk;
}

/** Processes at one time; a connection more is refused, `TOO_MANY_PROCESSES`. */
const PROCESSES_MAX = 1024;
const RECLAIM_MS = 1000;
/** After a write of more than `SLOW_MS` the next one waits for `REST` times the duration of that write, which
 *  leaves the process to its other work. */
const [SLOW_MS, REST] = [1, 9];
const REST_MS_MAX = 250;
/** Work that the group may do without a rest, where it has a share of the event loop. */
const BURST_MS = 10;
export class SyncServer {
  /** Resolves with the error that has ended the service: no process is answered from then on, and another
   *  server may go on from the journal. */
  readonly failed: Promise<unknown>;
  private readonly fail: (error: unknown) => void;
  private hasFailed = false;
  /** The same wherever the state is. */
  private readonly run: Buffer;
  private readonly options: SyncServerOptions;
  private listener: GroupListener | undefined;
  private readonly state: SyncState;
  private readonly clock: GroupClock;
  private readonly journal: SyncJournal | undefined;
  /** Replies that wait until the journal has the inputs of this callback. */
  private unsent: Reply[] = [];
  private now: number | undefined;
  private settling: NodeJS.Timeout | undefined;
  /** After a slow write. */
  private restUntil = 0;
  private readonly share: LoopShare | undefined;
  private begunAt = 0;
  private readonly peers = new Peers({
    ownersMax: PROCESSES_MAX,
    owners: () => this.state.owners,
    received: (values) => this.apply(syncInputCodec.fromArray(values)),
    lost: (owner, pid) => this.absent.add(owner, pid),
    fault: (text) => this.notice(text, true),
  });
  private readonly absent = new AbsentProcesses({
    isBack: (owner) => this.peers.has(owner),
    gone: (owner) => this.apply({ kind: 'gone', owner }),
  });
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  private constructor(
    options: SyncServerOptions,
    clock: GroupClock,
    state: SyncState,
    journal?: SyncJournal,
  ) {
    this.options = options;
    const { loopShare } = options;
    if (loopShare !== undefined) this.share = new LoopShare(loopShare, BURST_MS);
    this.run = journal ? runOf(options.key) : randomBytes(RUN_BYTES);
    this.clock = clock;
    this.state = state;
    this.journal = journal;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.failed = promise;
    this.fail = (error) => {
      this.hasFailed = true;
      resolve(error);
    };
  }

  /** Serves until `close`. A socket file that is left from before is replaced.
   *  @throws {StoreError} of the journal. */
  static async listen(options: SyncServerOptions): Promise<SyncServer> {
    const { forgot = false, graceMs = RECLAIM_MS, limits = {}, fenceOrigin } = options;
    if (options.journal !== undefined) return SyncServer.restored(options, options.journal);
    const clock = new GroupClock();
    const uptime = clock.now() * 1000;
    // No state is restored: numbers made of the time are above all that were ever given.
    const fence = Math.floor(uptime + (fenceOrigin ?? Date.now() * 1000 - uptime));
    const server = new SyncServer(options, clock, new SyncState({ fence, limits }));
    if (forgot) server.apply({ kind: 'restarted', graceMs, forgot });
    await server.listenNow();
    return server;
  }

  private static async restored(options: SyncServerOptions, folder: string) {
    const { disk, limits } = options;
    const restarted = { kind: 'restarted', graceMs: RECONNECT_MS, forgot: false } as const;
    const { journal, state, clock } = await SyncJournal.open({ folder, disk, limits }, restarted);
    const server = new SyncServer(options, clock, state, journal);
    try {
      await server.listenNow();
    } catch (error) {
      await journal.close();
      throw error;
    }
    // Processes that have died meanwhile are not waited for.
    for (const owner of state.owners.keys()) server.absent.add(owner, Number.parseInt(owner, 10));
    // Leases and waits that go on end in time, also when no process asks for anything.
    server.apply({ kind: 'expire' });
    return server;
  }

  private async listenNow(): Promise<void> {
    const { path, key } = this.options;
    this.listener = await GroupListener.listen({
      path,
      key,
      run: this.run,
      connectionsMax: PROCESSES_MAX,
      accept: (socket, pid) => this.peers.accept(socket, pid),
      restored: (error) => {
        const what = `the socket of the group, ${path}, was removed`;
        if (error) this.notice(`${what}, and cannot be made again: ${error.message}`, true);
        else this.notice(`${what}, and was made again: find the program that removes it`, false);
      },
    });
  }

  /** For metrics and tests. */
  get counts(): SyncState['counts'] {
    return this.state.counts;
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    clearTimeout(this.settling);
    if (this.now !== undefined) this.settle();
    clearTimeout(this.timer);
    this.peers.close();
    this.absent.close();
    this.listener?.close();
    await this.journal?.close();
  }

  private notice(text: string, isFault: boolean): void {
    this.options.notice?.(text, isFault);
  }

  private apply(input: SyncInput): void {
    if (this.hasFailed) return;
    const isFirst = this.now === undefined;
    if (isFirst) this.begunAt = performance.now();
    this.now ??= this.clock.now();
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

  /** Sends the replies when the journal has their inputs: a reply holds after a restart, too. */
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
      values[OWNER_AT] = '';
      this.peers.send(reply.owner, values);
    }
    const at = this.state.nextDeadline();
    if (at !== undefined && at < this.timerAt) this.wakeAt(at);
    this.restAfter(performance.now() - (this.settling ? startedAt : this.begunAt));
    this.settling = undefined;
  };

  /** What the process does beside must not wait for the group. */
  private restAfter(spentMs: number): void {
    const restMs = this.share?.restAfter(spentMs) ?? 0;
    if (restMs > 0) this.peers.rest(Math.min(restMs, REST_MS_MAX));
  }

  private wakeAt(at: number): void {
    clearTimeout(this.timer);
    this.timerAt = at;
    const expire = () => {
      this.timerAt = Number.POSITIVE_INFINITY;
      // Else time stands until what came is written down, and then it is looked at again.
      if (this.now === undefined) this.apply({ kind: 'expire' });
    };
    this.timer = setTimeout(expire, Math.min(Math.ceil(at - this.clock.now()), TIMER_MS_MAX));
  }
}
