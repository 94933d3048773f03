// A process's connection to its coordinator: numbered requests, each applied exactly once.
//
// connecting → ready: attached. ready → connecting: the connection broke. Any → closed: close, a
// refusal, or no coordinator was there for too long. Requests are kept until a reply shows that the
// coordinator has them; after each attach those that it has not are sent again.
import { randomBytes } from 'node:crypto';
import {
  faultOfInput,
  inputKinds,
  type Reply,
  type Request,
  syncInputCodec,
  syncReplyCodec,
} from '../../coordinator/sync/messages.ts';
import { AuthenticationError, GroupError, SyncError } from '../errors.ts';
import { KeepAlive } from '../keep-alive.ts';
import type { Asked, Pending } from './asked.ts';
import { Belongings } from './belongings.ts';
import { Connector, pause } from './connector.ts';
import type { GroupDoor } from './dial.ts';
import { PendingRequests } from './pending-requests.ts';
import { refusal } from './refusal.ts';
import { SentRequests } from './sent-requests.ts';
import { type ArrayChannel, OWNER_AT, QUIET_AT, RECEIVED_AT, REQUEST_AT } from './wire.ts';

/** Before a request is tried once more that may be what ended the coordinator, a while at random: so that
 *  it is not in doubt together with one of another process. */
const SUSPICION_MS = 250;
/** Time for which `close` waits for a coordinator to take the last messages. */
const CLOSE_MS = 2000;
/** Requests that no reply has acknowledged; then one is sent that has a reply. */
const UNACKNOWLEDGED_MAX = 64;
/** Replies that no request has acknowledged, and the bytes of their values; then a message of its own
 *  does: the coordinator keeps what it does not know to have arrived. */
const UNRECEIVED_MAX = 256;
const UNRECEIVED_BYTES_MAX = 1_048_576;

export class Link {
  readonly belongings = new Belongings();
  private readonly door: GroupDoor;
  private readonly owner = `${process.pid}-${randomBytes(4).toString('hex')}`;
  /** Undefined unless ready. */
  private channel: ArrayChannel | undefined;
  private ended: AuthenticationError | GroupError | undefined;
  private run = '';
  /** What is asked keeps the process until it is answered, also while there is no connection. */
  private readonly keepAlive = new KeepAlive();
  private readonly connector: Connector;
  private whenClosed: (() => void) | undefined;
  private whenAttached: (() => void) | undefined;
  private readonly pending = new PendingRequests(this.keepAlive, (request) => this.cancel(request));
  private readonly sent = new SentRequests();
  private lastRequest = 0;
  /** The last reply that came, and the last one that was acknowledged. */
  private serial = 0;
  private acknowledged = 0;
  private unreceivedBytes = 0;

  private constructor(door: GroupDoor) {
    this.door = door;
    this.connector = new Connector({
      door,
      greeted: (channel) => this.askForState(channel),
      message: (channel, run, values) => this.receive(channel, run, values),
      broken: () => this.broken(),
    });
  }

  /** @throws {GroupError} when there is no coordinator.
   *  @throws {AuthenticationError} when it is not for this process. */
  static async connect(door: GroupDoor): Promise<Link> {
    const link = new Link(door);
    await link.keepAlive.during(link.connector.connect(door.joinMs));
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
    const number = this.lastRequest + 1;
    const values = this.arrayOf(asked, number, false);
    // What the coordinator would cut the connection for is refused here.
    const fault = faultOfInput(values);
    if (fault !== undefined) {
      return Promise.reject(new SyncError('BAD_ARGUMENT', String(asked.name), fault));
    }
    this.lastRequest = number;
    const answered = this.pending.add(number, asked, { signal, arrived });
    this.send(values, identityOf(asked));
    return answered;
  }

  /** As `ask`, without a reply: that it failed is not told. */
  post(asked: Asked): void {
    if (this.ended) return;
    const quiet = this.sent.length < UNACKNOWLEDGED_MAX;
    this.send(this.arrayOf(asked, ++this.lastRequest, quiet), identityOf(asked));
  }

  /** Gives back what this process has, and ends: what waits fails with `GROUP_CLOSED`. */
  async close(): Promise<void> {
    if (this.ended) return;
    await this.keepAlive.during(this.leave());
    this.keepAlive.close();
  }

  private async leave(): Promise<void> {
    const { openings } = this.belongings;
    const hasToSay = openings.length > 0 || this.sent.length > 0;
    if (!this.channel && hasToSay) await this.connectedWithin(CLOSE_MS);
    const { channel } = this;
    if (this.ended) return;
    if (channel) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.whenClosed = resolve;
      for (const { name } of openings.reverse()) this.post({ kind: 'drop', name });
      channel.send({ type: 'array', values: [inputKinds.gone.tag, ''] });
      this.end(new GroupError('GROUP_CLOSED', this.door.name));
      channel.close();
      await promise;
    } else {
      this.end(new GroupError('GROUP_CLOSED', this.door.name));
      this.connector.close();
    }
  }

  private async connectedWithin(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenAttached = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }

  private arrayOf(asked: Asked, request: number, quiet: boolean): unknown[] {
    const values = syncInputCodec.toArray(asked as Request);
    values[OWNER_AT] = '';
    values[REQUEST_AT] = request;
    values[RECEIVED_AT] = this.serial;
    values[QUIET_AT] = quiet;
    return values;
  }

  private send(values: unknown[], identity: object): void {
    values[OWNER_AT] = '';
    const waits = this.sent.isTrying;
    this.sent.add({ values, identity });
    this.acknowledged = this.serial;
    this.unreceivedBytes = 0;
    if (!waits) this.channel?.send({ type: 'array', values });
  }

  private cancel(target: number): void {
    const request = ++this.lastRequest;
    const received = this.serial;
    const input = { kind: 'cancel', owner: '', request, received, target } as const;
    this.send(syncInputCodec.toArray(input), input);
  }

  private askForState(channel: ArrayChannel): void {
    const attach = { kind: 'attach', owner: this.owner, received: this.serial } as const;
    channel.send({ type: 'array', values: syncInputCodec.toArray(attach) });
  }

  private broken(): void {
    this.channel = undefined;
    this.whenClosed?.();
    const given = this.sent.broke();
    if (given) this.refuse(given.values[REQUEST_AT] as number);
    if (!this.ended) void this.reconnect();
  }

  private refuse(request: number): void {
    const pending = this.pending.remove(request);
    pending?.reject(refusal('BREAKS_CONNECTION', pending.asked));
  }

  private async reconnect(): Promise<void> {
    try {
      if (this.sent.hasSuspicion) await pause(Math.random() * SUSPICION_MS);
      await this.connector.connect(this.door.rejoinMs);
    } catch (error) {
      const isKnown = error instanceof AuthenticationError || error instanceof GroupError;
      if (!isKnown) throw error;
      this.end(error);
    }
  }

  private end(error: AuthenticationError | GroupError): void {
    if (this.ended) return;
    this.ended = error;
    this.whenAttached?.();
    for (const { reject } of this.pending.removeAll()) reject(error);
  }

  private receive(channel: ArrayChannel, run: string, values: unknown[]): void {
    const reply = syncReplyCodec.fromArray(values);
    if (reply.kind === 'attached') {
      if (this.channel === channel) this.arrived(reply.lastRequest, channel);
      else this.attached(reply, run, channel);
      return;
    }
    if (reply.serial <= this.serial) return;
    this.serial = reply.serial;
    this.unreceivedBytes += bytesIn(reply);
    const isMuch = this.unreceivedBytes > UNRECEIVED_BYTES_MAX;
    if (isMuch || this.serial - this.acknowledged > UNRECEIVED_MAX) this.acknowledge(channel);
    if (reply.kind === 'lost') this.lost(reply);
    else this.answered(reply);
  }

  private lost({ name, fence }: Extract<Reply, { kind: 'lost' }>): void {
    for (const hold of this.belongings.holds) {
      if (hold.name === name && hold.fence === fence) this.belongings.lose(hold);
    }
  }

  private answered(reply: Extract<Reply, { kind: 'done' | 'given' | 'failed' }>): void {
    this.sent.answered(reply.request);
    this.pending.answered(reply);
  }

  /** The coordinator has that request, and all before: the next may be sent. */
  private arrived(request: number, channel: ArrayChannel): void {
    const { sent } = this;
    sent.arrivedUpTo(request);
    for (const values of sent.next()) channel.send({ type: 'array', values });
    if (sent.isTrying) this.askForState(channel);
  }

  private acknowledge(channel: ArrayChannel): void {
    this.acknowledged = this.serial;
    this.unreceivedBytes = 0;
    const values = [inputKinds.received.tag, '', this.serial];
    channel.send({ type: 'array', values });
  }

  private attached(
    { resumed, lastRequest }: Extract<Reply, { kind: 'attached' }>,
    run: string,
    channel: ArrayChannel,
  ): void {
    const before = this.run;
    this.run = run;
    if (!resumed && before !== '') this.beginAnew(run === before);
    this.channel = channel;
    this.arrived(resumed ? lastRequest : 0, channel);
    this.connector.attached();
    this.whenAttached?.();
  }

  /** Nothing of this process is known. Where that is because the coordinator is a new process, all
   *  that was shared began from nothing, and what waits waits on; else this process was given up. */
  private beginAnew(givenUp: boolean): void {
    const waiting = this.pending.removeAll();
    this.serial = this.acknowledged = 0;
    this.sent.renumber(() => {
      this.askAgain(waiting, givenUp);
      return this.lastRequest;
    });
  }

  private askAgain(waiting: readonly Pending[], givenUp: boolean): void {
    const { belongings } = this;
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

/** The same whenever it is asked, also under another number. */
function identityOf(asked: Asked): object {
  return asked.kind === 'open' ? asked.spec : asked;
}

function asItIs<T>(value: unknown): T {
  return value as T;
}

/** Of the value that a reply brings: of a queue's item, or of what a value is. */
function bytesIn(reply: Reply): number {
  if (!('value' in reply)) return 0;
  const { value } = reply;
  const inner = value instanceof Uint8Array ? value : Object(value).value;
  return inner instanceof Uint8Array ? inner.byteLength : 0;
}
