// One worker's end of the link: which session each of its connections speaks for.
import type { Socket } from 'node:net';
import { type ErrorCode, LOBBY, sentence } from '../../protocol/index.ts';
import {
  Channel,
  type FromCoordinator,
  type FromWorker,
  type fromCoordinator,
  fromCoordinatorCodec,
  type fromWorker,
  fromWorkerCodec,
  type KeptCopy,
} from '../link/index.ts';
import type { ProcessMetrics } from '../observe/index.ts';
import { StoreError } from '../store/index.ts';
import { accountOf } from './account.ts';
import { refused, sendAnswer } from './answer.ts';
import { LinkWatch, linkFaultTexts } from './link-watch.ts';
import { applyLobbyCommand } from './lobby.ts';
import type { LobbyWorld } from './lobby-commands.ts';
import { hasPlaceLeft } from './place-quota.ts';
import type { Found } from './rooms.ts';
import type { Session, WorkerLink } from './session.ts';
import { refusalToBegin } from './session-admission.ts';
import { guardSession } from './session-failure.ts';

type JoinMessage = FromWorker & { type: 'join' };

export interface PeerWorld extends LobbyWorld {
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** Numbers of workers whose links have ended with events that were never sent: their clients are welcomed again. */
  readonly behind: Set<number>;
  /** The worker's link is closed; its sessions have been detached. */
  gone(peer: WorkerPeer): void;
}

export class WorkerPeer implements WorkerLink {
  /** The worker's number; 0 until it has presented itself. */
  worker = 0;
  readonly channel: Channel<typeof fromCoordinator, typeof fromWorker>;
  private readonly world: PeerWorld;
  private readonly sessions = new Map<number, Session>();
  private readonly kept = new Map<number, KeptCopy>();
  private readonly watch = new LinkWatch(performance.now());
  private isClosed = false;
  /** Its clients may have missed events. */
  private isBehind = false;

  constructor(socket: Socket, world: PeerWorld) {
    this.world = world;
    this.channel = new Channel({
      stream: socket,
      out: fromCoordinatorCodec,
      in: fromWorkerCodec,
      message: (message) => this.guard(message),
      closed: () => this.closed(),
    });
  }

  get congested(): boolean {
    return this.channel.congested;
  }

  send(message: FromCoordinator): void {
    this.channel.send(message);
  }

  flush(): void {
    this.channel.flush();
  }

  /** Called several times a second: ends a link whose worker does not read, or that is no worker's. */
  beat(now: number): void {
    const { unsentBytes } = this.channel;
    const fault = this.watch.check(now, unsentBytes, this.worker > 0);
    if (!fault || this.isClosed) return;
    const { log, metrics, behind } = this.world;
    const { worker } = this;
    if (fault === 'unread') behind.add(worker);
    metrics.count('linksCut', 1, { reason: fault });
    log.error({ worker, unsentBytes }, linkFaultTexts[fault]);
    this.isClosed = true;
    this.channel.destroy();
  }

  /** Lets the worker go. What still comes is not taken: the files may be the next coordinator's by
   *  then, and who has no answer asks that one again. */
  close(): void {
    this.isClosed = true;
    this.channel.close();
  }

  /** A client that makes this process fail would do so again with the next: it loses its connection,
   *  and nobody else anything. */
  private guard(message: FromWorker): void {
    if (this.isClosed) return;
    try {
      this.receive(message);
    } catch (err) {
      if (!('connection' in message)) throw err;
      const { type, connection } = message;
      const { worker } = this;
      this.world.log.error({ err, worker, connection, type }, 'a connection failed: it is closed');
      this.refuse(connection, null, 'INTERNAL');
    }
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'present':
        this.present(message);
        return;
      case 'attach':
        this.attach(message);
        return;
      case 'detach':
        this.detach(message.connection);
        return;
      case 'quit':
        this.quit(message.connection);
        return;
      case 'join':
        this.askedToJoin(message);
        return;
      case 'leave':
        this.leave(message.connection, message.room);
        return;
      case 'command':
        this.command(message);
        return;
      default:
        message satisfies never;
    }
  }

  private present({ worker, copies }: FromWorker & { type: 'present' }): void {
    this.worker = worker;
    this.isBehind = this.world.behind.delete(worker);
    for (const copy of copies) this.kept.set(copy[0], copy);
  }

  keptCopy(room: number): KeptCopy | undefined {
    return this.kept.get(room);
  }

  private attach(message: FromWorker & { type: 'attach' }): void {
    const { connection, token, name, since, rooms, account, address } = message;
    const { sessions, limits } = this.world;
    const addressGroup = limits.groupOf(address);
    const known = token === '' ? undefined : sessions.find(token);
    const rival = known ?? (account === '' ? undefined : sessions.ownerOf(account));
    if (rival?.link && isOutdated(rival, connection, since)) {
      this.refuse(connection, null, 'SESSION_REPLACED');
      return;
    }
    const refusal = known
      ? undefined
      : refusalToBegin(this.world, { address, addressGroup }, rival);
    if (refusal) {
      this.refuse(connection, null, refusal);
      return;
    }
    let session: Session | undefined;
    try {
      const { link: rivalLink, connection: rivalConnection } = rival ?? {};
      session = known ?? sessions.begin(name, account === '' ? undefined : account);
      const elsewhere = 'your account is played elsewhere now';
      if (session && rival !== known) {
        const link = rivalLink instanceof WorkerPeer ? rivalLink : undefined;
        link?.replace(rivalConnection!, connection, elsewhere);
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.refuse(connection, null, 'SESSION_NOT_STORED');
      return;
    }
    if (!session) {
      this.refuse(connection, null, 'SERVER_FULL');
      return;
    }
    this.takeOver(session, connection);
    this.sessions.set(connection, session);
    // An earlier process has heard it, and no file has it.
    if (accountOf(account) === session.account) session.accountKey = account;
    session.since = since;
    sessions.moveTo(session, address, addressGroup);
    const mayContinue = rooms !== null && known !== undefined && !this.isBehind;
    const continued = mayContinue && canContinue(session, rooms, this);
    this.tellLost(session, connection);
    this.send({
      type: 'attached',
      connection,
      session: session.id,
      token: session.token,
      name: session.name,
      resumed: known !== undefined,
      rooms: [...session.rooms.keys()],
      lobbySeq: session.lobby.applied,
      continued,
      account: session.accountKey,
    });
    sessions.attach(session, this, connection, continued);
  }

  /** Before the welcome, after which the client would know only that it is in the room no longer. */
  private tellLost(session: Session, connection: number): void {
    for (const [room, reason] of this.world.sessions.places.takeLost(session)) {
      this.send({ type: 'left', connection, room, ...reason });
    }
  }

  /** A session has one connection, the newest: the one that spoke for it before is told and cut off.
   *  The same one that was handed over is not: it may be handed back to that worker, and then be cut
   *  off by what is said there now. */
  private takeOver(session: Session, by: number): void {
    const { link, connection } = session;
    if (!(link instanceof WorkerPeer)) return;
    this.world.sessions.detach(session);
    link.replace(connection, by);
  }

  private replace(connection: number, by: number, detail?: string): void {
    if (connection !== by) this.cut(connection, 'SESSION_REPLACED', detail);
    else this.sessions.delete(connection);
  }

  cut(connection: number, code: ErrorCode, detail?: string): void {
    this.sessions.delete(connection);
    this.refuse(connection, null, code, detail);
  }

  private detach(connection: number): void {
    const session = this.sessions.get(connection);
    if (!session) return;
    this.sessions.delete(connection);
    this.world.sessions.detach(session);
  }

  private quit(connection: number): void {
    const session = this.sessions.get(connection);
    if (!session) return;
    this.sessions.delete(connection);
    this.world.sessions.end(session);
  }

  private askedToJoin(message: JoinMessage): void {
    const { connection, request } = message;
    const session = this.sessions.get(connection);
    const pace = session && this.world.limits.joinTooSoon(session);
    if (pace === undefined) this.join(message);
    else this.refuse(connection, request, 'TOO_SOON', pace);
  }

  private join(message: JoinMessage): void {
    const { connection, room, game } = message;
    const session = this.sessions.get(connection);
    if (!session) return;
    const found = room >= 0 ? this.world.rooms.byId(room) : this.byGame(session, game);
    if (!(found instanceof Promise)) {
      this.joinFound(session, message, found);
      return;
    }
    const goOn = (opened: Found) => {
      // A session that has left this connection gets no answer here: it asks again when it returns.
      if (this.sessions.get(connection) !== session) return;
      if (typeof opened === 'string') this.joinFound(session, message, opened);
      // Other sessions may have filled the room meanwhile.
      else this.join(message);
    };
    const failed = (error: unknown) => () => {
      throw error;
    };
    void found
      .then((opened) => () => goOn(opened), failed)
      .then((run) => guardSession(this.world, session, 'join', run));
  }

  private joinFound(session: Session, message: JoinMessage, found: Found): void {
    const { connection, room, game, request } = message;
    const { config, matchmaking } = this.world;
    if (typeof found === 'string') {
      this.refuse(connection, request, found, room >= 0 ? `room ${room}` : game);
      return;
    }
    const places = session.rooms.size + matchmaking.waitsOf(session);
    if (!session.rooms.has(found.id) && places >= config.roomsPerSessionMax) {
      this.refuse(connection, request, 'JOINED_LIMIT', `at most ${config.roomsPerSessionMax}`);
      return;
    }
    if (!session.rooms.has(found.id) && !hasPlaceLeft(this.world, session)) {
      this.refuse(connection, request, 'PLACE_QUOTA', `at most ${config.placesPerAddressMax}`);
      return;
    }
    const refusal = found.join(session, request);
    if (refusal) this.refuse(connection, request, refusal, found.game.name);
  }

  /** A session that is in a room of the game already means that one. */
  private byGame(session: Session, game: string): Found | Promise<Found> {
    for (const room of session.rooms.values()) if (room.game.name === game) return room;
    return this.world.rooms.withPlace(game, session);
  }

  private leave(connection: number, room: number): void {
    const session = this.sessions.get(connection);
    if (!session) return;
    const joined = session.rooms.get(room);
    if (joined) joined.members.leave(session, 'LEFT', 'You have left the room.');
    else this.refuse(connection, null, 'NOT_IN_ROOM', `room ${room}`);
  }

  private command(message: FromWorker & { type: 'command' }): void {
    const session = this.sessions.get(message.connection);
    if (!session) return;
    const { connection, room, seq } = message;
    if (room === LOBBY) {
      applyLobbyCommand(this.world, session, message);
      return;
    }
    const joined = session.rooms.get(room);
    if (joined) joined.members.command(session, message);
    else {
      const answer = refused('NOT_IN_ROOM');
      sendAnswer(this.world.metrics, { link: this, connection }, room, seq, answer);
    }
  }

  private refuse(
    connection: number,
    request: number | null,
    code: ErrorCode,
    detail?: string,
  ): void {
    this.send({ type: 'refused', connection, code, text: sentence(code, detail), request });
  }

  private closed(): void {
    for (const session of this.sessions.values()) this.world.sessions.detach(session);
    this.sessions.clear();
    this.world.gone(this);
  }
}

/** Whether the session has a newer connection than this one, whose client has come back elsewhere
 *  and is not known to be gone; or has the same by a newer worker, as this one died after it had
 *  sent this. The links of two workers keep no order between them. */
function isOutdated(session: Session, connection: number, since: number): boolean {
  if (connection !== session.connection) return connection < session.connection;
  return since < session.since;
}

/** Whether the client can go on as if nothing had been: it is in these rooms, and what its worker has
 *  kept of each can be brought up to date. */
function canContinue(session: Session, rooms: readonly number[], link: WorkerLink): boolean {
  if (rooms.length !== session.rooms.size) return false;
  return rooms.every((room) => session.rooms.get(room)?.members.canContinue(session, link));
}
