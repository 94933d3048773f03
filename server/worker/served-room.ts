// A room as one worker serves it: the copy, who of this worker's clients is in it, and what each of
// them has seen.
import { encodeJson, type ServerMessage, stateFrame } from '../../protocol/index.ts';
import { type FromCoordinator, mergeRows, type Sight, type ViewChange } from '../link/index.ts';
import type { Connection } from './connection.ts';
import { Interest, NOWHERE } from './interest.ts';
import { type Delta, type Opened, RoomCopy } from './room-copy.ts';

type Joined = Extract<FromCoordinator, { type: 'joined' }>;

interface Viewer {
  readonly connection: Connection;
  avatar: number;
  /** The avatar that the client knows of. */
  toldAvatar: number;
  sight: Sight;
  /** The cell around which the client sees, as `Interest` numbers it. */
  centre: number;
  /** It has not been told everything that it sees: the next frame does, and begins with a reset. */
  isBehind: boolean;
  /** Applied, and not told the client yet; 0: nothing. */
  ack: number;
  /** When the last frame went out. */
  sentAt: number;
}

/** What the worker has sent of what was applied last. */
export interface Sent {
  /** Clients that it was for. */
  clients: number;
  states: number;
  /** Clients that read too slowly to be sent this one. */
  skipped: number;
}

/** Where nothing changes the coordinator sends a delta once a second, and each is to reach the client,
 *  so that it knows that the room lives: also one that comes a little early after the one before. */
const QUIET_MS = 900;

export class ServedRoom {
  copy: RoomCopy;
  /** The coordinator that kept it up to date is gone, and the next one has not spoken of it. */
  isOrphan = false;
  private interest: Interest;
  private readonly viewers = new Map<number, Viewer>();
  private readonly unsentBytesMax: number;
  private readonly sent: Sent = { clients: 0, states: 0, skipped: 0 };
  /** Viewers that have not been shown what was applied last. */
  private unshown: Iterator<Viewer> = [].values();

  constructor(opened: Opened, unsentBytesMax: number) {
    this.copy = new RoomCopy(opened);
    this.interest = new Interest(this.copy);
    this.unsentBytesMax = unsentBytesMax;
  }

  /** The copy begins again: every viewer is to be told everything. */
  reopen(opened: Opened): void {
    this.isOrphan = false;
    this.copy = new RoomCopy(opened);
    this.interest = new Interest(this.copy);
    for (const viewer of this.viewers.values()) viewer.isBehind = true;
  }

  /** Tells the client that it is in, then where it may go on, then all that it sees. */
  join(connection: Connection, joined: Joined): void {
    const { copy } = this;
    const message: ServerMessage = {
      type: 'joined',
      room: copy.id,
      game: copy.game,
      kinds: [...copy.kinds],
      avatar: joined.avatar,
      tickMs: copy.tickMs,
      viewRadius: copy.viewRadius,
      about: joined.about,
    };
    connection.send(joined.request === null ? message : { ...message, request: joined.request });
    connection.flow.restart(copy.id, joined.seq);
    connection.send({ type: 'resumed', room: copy.id, seq: joined.seq });
    const viewer: Viewer = {
      connection,
      avatar: joined.avatar,
      toldAvatar: joined.avatar,
      sight: joined.sight,
      centre: 0,
      isBehind: true,
      ack: 0,
      sentAt: 0,
    };
    this.viewers.set(connection.id, viewer);
    this.showTo(viewer, performance.now());
  }

  leave(connection: number): void {
    this.viewers.delete(connection);
  }

  has(connection: number): boolean {
    return this.viewers.has(connection);
  }

  /** Nobody is in it, and nobody will say that it is to go. */
  get isForsaken(): boolean {
    return this.isOrphan && this.viewers.size === 0;
  }

  broadcast(message: ServerMessage): void {
    for (const { connection } of this.viewers.values()) connection.send(message);
  }

  /** Brings the copy up to date; `show` is to be called until it has shown that to every client.
   *  @param deltas those that have come since the last call, in their order; at least one. */
  apply(deltas: readonly Delta[]): void {
    const { copy } = this;
    const last = deltas.at(-1)!;
    this.isOrphan = false;
    if (deltas.length === 1) copy.apply(last);
    else copy.apply({ ...last, ...mergeRows(copy.kinds, deltas) });
    for (const { acks, views } of deltas) {
      this.acknowledge(acks);
      this.turnTo(views);
    }
    this.unshown = this.viewers.values();
  }

  /** Shows the copy to the next `max` clients, by one frame for all that was applied.
   *  @returns counts that the next call overwrites. With fewer than `max` clients it is through. */
  show(max = Number.POSITIVE_INFINITY): Sent {
    const { sent, unshown } = this;
    sent.states = 0;
    sent.skipped = 0;
    sent.clients = 0;
    const now = performance.now();
    while (sent.clients < max) {
      const { value: viewer } = unshown.next();
      if (!viewer) break;
      sent.clients++;
      this.showTo(viewer, now);
    }
    return sent;
  }

  private acknowledge(acks: readonly number[]): void {
    for (let i = 0; i < acks.length; i += 2) {
      const viewer = this.viewers.get(acks[i]!);
      if (!viewer) continue;
      viewer.ack = acks[i + 1]!;
      viewer.connection.flow.answered(this.copy.id, viewer.ack);
    }
  }

  private turnTo(views: readonly ViewChange[]): void {
    for (const [connection, avatar, sight] of views) {
      const viewer = this.viewers.get(connection);
      if (!viewer) continue;
      viewer.avatar = avatar;
      viewer.sight = sight;
    }
  }

  private showTo(viewer: Viewer, now: number): void {
    const { connection, ack } = viewer;
    if (connection.unsentBytes > this.unsentBytesMax) {
      // It misses this delta; once it has caught up one frame tells it everything.
      viewer.isBehind = true;
      this.sent.skipped++;
      return;
    }
    const from = viewer.isBehind ? NOWHERE : viewer.centre;
    const to = this.interest.centre(viewer.avatar, viewer.sight);
    const body = this.interest.body(from, to);
    viewer.centre = to;
    viewer.isBehind = false;
    const rows = body.left.length + body.entered.length + body.changed.length;
    const hasNews = rows > 0 || ack !== 0 || body.reset || viewer.avatar !== viewer.toldAvatar;
    if (!hasNews && now - viewer.sentAt < QUIET_MS) return;
    this.tellAvatar(viewer);
    viewer.ack = 0;
    viewer.sentAt = now;
    this.sent.states++;
    if (connection.encoding === 'binary') connection.write(stateFrame(body, ack));
    else {
      const { id: room, tick, kinds } = this.copy;
      const { reset, left, entered, changed } = body;
      const state = { type: 'state', room, tick, reset, left, entered, changed } as const;
      connection.write(encodeJson(ack === 0 ? state : { ...state, ack }, () => kinds));
    }
  }

  /** Before the state from which on it is true. */
  private tellAvatar(viewer: Viewer): void {
    const { connection, avatar } = viewer;
    if (avatar === viewer.toldAvatar) return;
    viewer.toldAvatar = avatar;
    connection.send({ type: 'avatar', room: this.copy.id, avatar });
  }
}
