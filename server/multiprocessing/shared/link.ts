// A process's connection to its coordinator: numbered requests, each applied exactly once.
//
// connecting → ready: attached. ready → connecting: the connection broke. Any → closed: close, a
// refusal, or nobody was there for too long. Requests are kept until a reply shows that the
// coordinator has them; after each attach those that it has not are sent again.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deque } from '../../coordinator/sync/deque.ts';
import {
  inputKinds,
  type Reply,
  type Request,
  syncInputCodec,
  syncReplyCodec,
} from '../../coordinator/sync/messages.ts';
import { AuthenticationError, GroupError } from '../errors.ts';
import type { Asked, Pending } from './asked.ts';
import { Belongings } from './belongings.ts';
import { dial, type GroupDoor } from './dial.ts';
import { Numbered } from './numbered.ts';
import { refusal } from './refusal.ts';
import {
  type ArrayChannel,
  arrayChannel,
  OWNER_AT,
  QUIET_AT,
  RECEIVED_AT,
  REQUEST_AT,
} from './wire.ts';

const RETRY_MAX_MS = 100;
/** Requests that no reply has acknowledged; then one is sent that has a reply. */
const UNACKNOWLEDGED_MAX = 64;
/** Replies that no request has acknowledged; then a message of its own does. */
const UNRECEIVED_MAX = 256;

export class Link {
  readonly belongings = new Belongings();
  private readonly door: GroupDoor;
  private readonly owner = `${process.pid}-${randomBytes(4).toString('hex')}`;
  /** Undefined unless ready. */
  private channel: ArrayChannel | undefined;
  /** While connecting: told when it is attached. */
  private attaching: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private ended: AuthenticationError | GroupError | undefined;
  private run = '';
  /** What keeps this process from ending, while it waits for something. */
  private handle: { ref(): unknown; unref(): unknown; destroy?: () => unknown } | undefined;
  private whenClosed: (() => void) | undefined;
  private readonly pending = new Numbered<Pending>();
  /** What the coordinator may not have, in order. */
  private sent = new Deque<unknown[]>();
  private lastRequest = 0;
  /** The last reply that came, and the last one that was acknowledged. */
  private serial = 0;
  private acknowledged = 0;

  private constructor(door: GroupDoor) {
    this.door = door;
  }

  /** @throws {GroupError} when there is no coordinator.
   *  @throws {AuthenticationError} when it is not for this process. */
  static async connect(door: GroupDoor): Promise<Link> {
    const link = new Link(door);
    await link.attachIn(door.joinMs);
    return link;
  }

  /** Applied once, after all that was asked and posted before.
   *  @throws {SyncError} as the request fails; the signal's reason, when it ended the wait. */
  ask<T = unknown>(
    asked: Asked,
    signal?: AbortSignal,
    arrived: (value: unknown) => T = asItIs,
  ): Promise<T> {
    if (this.ended) return Promise.reject(this.ended);
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const number = ++this.lastRequest;
      let aborted = nothing;
      if (signal) {
        aborted = () => this.cancel(pending);
        signal.addEventListener('abort', aborted, { once: true });
      }
      const pending = { number, asked, signal, aborted, arrived, resolve, reject } as Pending;
      if (this.pending.size === 0) this.handle?.ref();
      this.pending.add(pending);
      this.transmit(asked, number, false);
    });
  }

  /** As `ask`, without a reply: that it failed is not told. */
  post(asked: Asked): void {
    if (this.ended) return;
    this.transmit(asked, ++this.lastRequest, this.sent.length < UNACKNOWLEDGED_MAX);
  }

  /** Gives back what this process has, and ends: what waits fails with `GROUP_CLOSED`. */
  async close(): Promise<void> {
    if (this.ended) return;
    const { channel } = this;
    if (channel) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.whenClosed = resolve;
      for (const { name } of this.belongings.openings.reverse()) this.post({ kind: 'drop', name });
      channel.send({ type: 'array', values: [inputKinds.gone.tag, null] });
      this.end(new GroupError('GROUP_CLOSED', this.door.name));
      this.handle?.ref();
      channel.close();
      await promise;
    } else {
      this.end(new GroupError('GROUP_CLOSED', this.door.name));
      this.handle?.destroy?.();
    }
  }

  private transmit(asked: Asked, request: number, quiet: boolean): void {
    const values = syncInputCodec.toArray(asked as Request);
    values[REQUEST_AT] = request;
    values[RECEIVED_AT] = this.serial;
    values[QUIET_AT] = quiet;
    this.send(values);
  }

  private send(values: unknown[]): void {
    values[OWNER_AT] = null;
    this.sent.push(values);
    this.acknowledged = this.serial;
    this.channel?.send({ type: 'array', values });
  }

  private cancel({ number: target }: Pending): void {
    const request = ++this.lastRequest;
    const received = this.serial;
    const input = { kind: 'cancel', owner: '', request, received, target } as const;
    this.send(syncInputCodec.toArray(input));
  }

  /** One attempt. */
  private async attach(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { socket, run } = await dial(this.door.find(), (socket) => this.keep(socket));
    if (this.ended) {
      socket.destroy();
      return;
    }
    this.attaching = { resolve, reject };
    const channel = arrayChannel(
      socket,
      (values) => this.receive(channel, run, values),
      () => this.broken(),
    );
    const attach = { kind: 'attach', owner: this.owner, received: this.serial } as const;
    channel.send({ type: 'array', values: syncInputCodec.toArray(attach) });
    await promise;
  }

  private keep(handle: NonNullable<typeof this.handle>): void {
    this.handle = handle;
    if (this.pending.size === 0 && this.run !== '') handle.unref();
  }

  private broken(): void {
    this.channel = undefined;
    this.whenClosed?.();
    const { attaching } = this;
    this.attaching = undefined;
    if (attaching) attaching.reject(new GroupError('DISCONNECTED', this.door.name));
    else if (!this.ended) void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    try {
      await this.attachIn(this.door.rejoinMs);
    } catch (error) {
      const isKnown = error instanceof AuthenticationError || error instanceof GroupError;
      if (!isKnown) throw error;
      this.end(error);
    }
  }

  /** Tries until nobody was there for so long. */
  private async attachIn(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let waitMs = 1; !this.ended; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
      try {
        await this.attach();
        return;
      } catch (error) {
        const mayPass = error instanceof GroupError && error.code !== 'OTHER_VERSION';
        if (!mayPass || performance.now() >= until) throw error;
      }
      const isWaitedFor = this.run === '' || this.pending.size > 0;
      await sleep(waitMs, undefined, { ref: isWaitedFor });
    }
  }

  private end(error: AuthenticationError | GroupError): void {
    if (this.ended) return;
    this.ended = error;
    for (const { number } of this.pending.all) this.settle(number)!.reject(error);
  }

  private receive(channel: ArrayChannel, run: string, values: unknown[]): void {
    const reply = syncReplyCodec.fromArray(values);
    if (reply.kind === 'attached') {
      this.channel = channel;
      this.attached(reply, run);
      return;
    }
    if (reply.serial <= this.serial) return;
    this.serial = reply.serial;
    if (this.serial - this.acknowledged > UNRECEIVED_MAX) this.acknowledge(channel);
    if (reply.kind === 'lost') this.lost(reply);
    else this.answered(reply);
  }

  private lost({ name, fence }: Extract<Reply, { kind: 'lost' }>): void {
    for (const hold of this.belongings.holds) {
      if (hold.name === name && hold.fence === fence) this.belongings.lose(hold);
    }
  }

  private answered(reply: Extract<Reply, { kind: 'done' | 'given' | 'failed' }>): void {
    this.arrivedUpTo(reply.request);
    const pending = this.settle(reply.request);
    if (!pending) return;
    if (reply.kind === 'done') pending.resolve(pending.arrived(reply.value));
    else if (reply.kind === 'given') pending.resolve(pending.arrived(reply));
    else if (reply.code === 'ABORTED' && pending.signal?.aborted) {
      pending.reject(pending.signal.reason);
    } else pending.reject(refusal(reply.code, pending.asked, reply.detail));
  }

  /** The coordinator has that request, and all before. */
  private arrivedUpTo(request: number): void {
    const { sent } = this;
    while (sent.length > 0 && (sent.first![REQUEST_AT] as number) <= request) sent.shift();
  }

  private acknowledge(channel: ArrayChannel): void {
    this.acknowledged = this.serial;
    const values = [inputKinds.received.tag, null, this.serial];
    channel.send({ type: 'array', values });
  }

  private settle(request: number): Pending | undefined {
    const pending = this.pending.remove(request);
    if (!pending) return undefined;
    pending.signal?.removeEventListener('abort', pending.aborted);
    if (this.pending.size === 0) this.handle?.unref();
    return pending;
  }

  private attached(reply: Extract<Reply, { kind: 'attached' }>, run: string): void {
    const before = this.run;
    this.run = run;
    if (reply.resumed || before === '') {
      this.arrivedUpTo(reply.lastRequest);
      for (const values of this.sent) this.channel!.send({ type: 'array', values });
    } else {
      this.beginAnew(run === before);
    }
    if (this.pending.size === 0) this.handle?.unref();
    this.attaching?.resolve();
    this.attaching = undefined;
  }

  /** Nothing of this process is known. Where that is because the coordinator is a new process, all
   *  that was shared began anew, and what waits waits on; else this process was given up. */
  private beginAnew(givenUp: boolean): void {
    const { belongings } = this;
    const waiting = this.pending.all;
    for (const { number } of waiting) this.settle(number);
    this.sent = new Deque();
    this.serial = this.acknowledged = 0;
    for (const { name, spec } of belongings.openings) this.post({ kind: 'open', name, spec });
    for (const hold of belongings.holds) {
      if (givenUp) belongings.lose(hold);
      else this.ask({ kind: 'reclaim', ...hold }).catch(() => belongings.lose(hold));
    }
    for (const { asked, signal, arrived, resolve, reject } of waiting) {
      // A condition's waiter would need its lock first.
      const lockless = belongings.specOf(asked.name)?.kind === 'condition';
      if (givenUp || lockless) reject(refusal('UNKNOWN_OWNER', asked));
      else this.ask(asked, signal, arrived).then(resolve, reject);
    }
  }
}

function nothing(): void {}

function asItIs<T>(value: unknown): T {
  return value as T;
}
