// The session that a connection speaks for: asked for by hello, lost with a coordinator, found again.
import { type Message, PROTOCOL_VERSION } from '../../protocol/index.ts';
import { type Handover, steadyMs } from '../link/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHost } from './connection-host.ts';

export enum AttachmentState {
  /** No hello has come yet. */
  Greeting = 'greeting',
  /** hello went to the coordinator; what follows it goes there in order, too. */
  Attaching = 'attaching',
  /** The coordinator knows the session: the client is served. */
  Attached = 'attached',
}

/** After so many times the time that makes a hang a request has been answered: a coordinator that
 *  does not answer is replaced. */
const ANSWERED_HANGS = 2;

export class Attachment {
  state = AttachmentState.Greeting;
  /** The session's token, once attached. */
  token = '';
  private readonly connection: Connection;
  private readonly host: ConnectionHost;
  /** When it was taken over from another worker, by the steady clock; 0: it was not. */
  private readonly since: number;
  /** What hello asked for. */
  private wanted = { token: '', name: '', account: '' };
  /** When worker and coordinator were last known to serve the client, by the steady clock; 0: they do. */
  private servedAt = 0;
  /** The joins that have no answer: a room may have to be prepared first. */
  private readonly joining = new Set<number | null>();
  /** When the client has asked for a place in a room, or given one up. */
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Rooms that the client was told it is in, and has seen nothing of. */
  private readonly owed = new Set<number>();
  /** It was served when the coordinator was lost. */
  private hasView = false;
  /** hello was asked for again, by this worker or perhaps by one before: more than one may come, and
   *  what followed the first. */
  private isAskedAgain = false;

  /** @param since when another worker has lost the connection, by the steady clock; 0: none had it. */
  constructor(connection: Connection, host: ConnectionHost, since: number) {
    this.connection = connection;
    this.host = host;
    this.since = since;
  }

  /** The client was served, or is to be, and nobody does. */
  get waits(): boolean {
    return this.state === AttachmentState.Attaching && this.wanted.token !== '';
  }

  hello({ protocol, token = '', name, account = '' }: Message<'hello'>): void {
    if (this.state !== AttachmentState.Greeting) {
      if (!this.isAskedAgain) this.connection.fail('HELLO_TWICE');
      return;
    }
    if (protocol !== PROTOCOL_VERSION) {
      const detail = `it is ${PROTOCOL_VERSION}, and hello named ${protocol}`;
      this.connection.fail('PROTOCOL_VERSION', detail);
      return;
    }
    this.state = AttachmentState.Attaching;
    this.wanted = { token, name, account };
    this.attach();
  }

  /** A message has come before hello. */
  missHello(): void {
    // After `again` the client may not know yet that nobody knows it.
    if (!this.isAskedAgain) this.connection.fail('HELLO_FIRST');
  }

  /** Goes on with the session that another worker knew, or asks for hello again. */
  takeOver({ token, name, servedAt }: Handover): void {
    this.isAskedAgain = true;
    if (token === '') {
      this.connection.send({ type: 'again' });
      return;
    }
    this.state = AttachmentState.Attaching;
    this.wanted = { token, name, account: '' };
    // The coordinator may have hung, or been gone, before the worker was lost.
    this.servedAt = Math.min(servedAt, this.host.coordinatorServedAt);
    this.attach();
  }

  /** Passes the hello on, again where the coordinator that had it is gone. */
  attach(): void {
    if (this.state !== AttachmentState.Attaching) return;
    const { wanted, since } = this;
    const { id: connection, address } = this.connection;
    // What it has asked may be lost, and only a welcome makes it ask again.
    const answeredMs = ANSWERED_HANGS * this.host.config.hangMs;
    const hasAsked = this.joining.size > 0 || performance.now() - this.askedAt <= answeredMs;
    const isOwed = this.owed.size > 0 || hasAsked;
    const mayContinue = this.hasView && !isOwed;
    const rooms = mayContinue ? this.host.roomsOf(connection) : null;
    this.host.toCoordinator({ type: 'attach', connection, ...wanted, since, rooms, address });
  }

  /** The coordinator has answered the hello.
   *  @returns for how long the client was not served, in ms, a hang before the loss included; undefined
   *  where it is new. */
  attached(token: string, name: string, account: string): number | undefined {
    this.token = token;
    this.wanted = { token, name, account };
    if (this.state === AttachmentState.Attaching) this.state = AttachmentState.Attached;
    const { servedAt } = this;
    this.servedAt = 0;
    return servedAt === 0 ? undefined : Math.round(steadyMs() - servedAt);
  }

  /** The client is told by a welcome that it is in these rooms, and is to be shown them. */
  welcomed(rooms: readonly number[]): void {
    this.owed.clear();
    this.joining.clear();
    for (const room of rooms) this.owed.add(room);
  }

  /** The coordinator is gone: the session is to be attached to the next one.
   *  @param servedAt when the coordinator was last known to work, by the steady clock.
   *  @returns false where it had none. */
  lost(servedAt: number): boolean {
    if (this.state !== AttachmentState.Attached) {
      this.servedAt = Math.min(this.servedAt, servedAt);
      return false;
    }
    this.state = AttachmentState.Attaching;
    this.servedAt = servedAt;
    this.hasView = true;
    return true;
  }

  /** The connection is about to be closed. */
  detach(): void {
    if (this.state === AttachmentState.Greeting) return;
    this.host.toCoordinator({ type: 'detach', connection: this.connection.id });
  }

  /** The client asks for a place in a room. */
  joins(request: number | null): void {
    this.askedAt = performance.now();
    this.joining.add(request);
  }

  /** The client gives its place in a room up. */
  leaves(): void {
    this.askedAt = performance.now();
  }

  /** The request for a place has its answer. */
  answered(request: number | null): void {
    this.joining.delete(request);
  }

  /** The client is told about the room, or that it is out of it. */
  shown(room: number): void {
    this.owed.delete(room);
  }
}
