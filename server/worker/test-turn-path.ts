// For tests: two clients with their real outboxes, a worker of which only the turn is real, and a model of the
// coordinator. A list of steps says which message moves on next, and when a process is replaced.
import { Outbox } from '../../client/outbox.ts';
import { LOBBY, type Message, MessageDecoder } from '../../protocol/index.ts';
import type { FromCoordinator } from '../link/index.ts';
import type { NoDelta } from './receive.ts';
import { Turn } from './turn.ts';

const ROOM = 1;
const NOTHING = Buffer.alloc(0);
/** Viewers of the room: it takes three turns of the event loop to show it to all of them. */
const VIEWERS = 600;
const UNACKNOWLEDGED_MAX = 40;

type Command = Message<'command' | 'call'>;
type Welcome = { readonly type: 'welcome'; readonly lobbySeq: number };
type Acknowledged = { readonly type: 'state'; readonly ack: number };
type ToClient = Message<'resumed' | 'result'> | Welcome | Acknowledged;
/** `isContinued`: the client has kept its view, and is to be shown no interruption. */
type Attach = { readonly player: Player; readonly isContinued: boolean };

/** A player's place in the lobby or in the room: the commands that the client has sent, and those that the
 *  coordinator has applied. */
export class Place {
  readonly sent: string[] = [];
  applied: string[] = [];
  /** Taken off `applied` with the last moments of a disk. */
  readonly rolledBack = new Set<string>();
  /** Answers of calls that were not the call's own. */
  readonly wrong: string[] = [];
  /** In the inbox of the room. */
  inbox: Command[] = [];
  readonly outbox: Outbox;
  private readonly name: string;

  constructor(name: string, room: number, write: (frame: Buffer) => void) {
    this.name = name;
    const none = () => {};
    const options = { unacknowledgedMax: UNACKNOWLEDGED_MAX, opened: none, givenUp: none };
    this.outbox = new Outbox({ ...options, room, write });
  }

  send(isCall: boolean): void {
    if (this.outbox.size === UNACKNOWLEDGED_MAX) return;
    const name = `${this.name}-${this.sent.length}`;
    this.sent.push(name);
    if (!isCall) this.outbox.send(name, {});
    else
      this.outbox.call(name, {}).then(
        (value) => value === name || this.wrong.push(`${name} got ${value}`),
        () => {},
      );
  }

  /** Forgets the newest commands, as a disk does that loses its last moments. */
  rollBack(count: number): void {
    for (const name of this.applied.splice(Math.max(0, this.applied.length - count)))
      this.rolledBack.add(name);
  }
}

export class Player {
  readonly number: number;
  /** Its place among the viewers of the room. */
  readonly place: number;
  connection: number;
  readonly lobby: Place;
  readonly room: Place;
  /** Between the client and the worker. */
  toServer: Command[] = [];
  toClient: ToClient[] = [];
  /** The worker shows the room to this connection, and owes it this acknowledgement. */
  viewer: { ack: number } | undefined;
  private readonly decoder: MessageDecoder;

  constructor(number: number) {
    this.number = number;
    this.connection = number;
    this.place = number === 1 ? 100 : VIEWERS - 1;
    const receiver = {
      message: (message: Message) => this.toServer.push(message as Command),
      malformed: (error: Error) => {
        throw error;
      },
    };
    const from = 'client';
    this.decoder = new MessageDecoder({ from, frameBytesMax: 4096, continues: 'binary', receiver });
    this.lobby = new Place(`lobby-${number}`, LOBBY, this.write);
    this.room = new Place(`room-${number}`, ROOM, this.write);
  }

  placeIn(room: number): Place {
    return room === LOBBY ? this.lobby : this.room;
  }

  /** The client has lost its connection. */
  cut(connection: number): void {
    this.connection = connection;
    this.toServer = [];
    this.toClient = [];
    this.viewer = undefined;
    this.lobby.outbox.hold();
    this.room.outbox.hold();
  }

  hear(message: ToClient): void {
    switch (message.type) {
      case 'welcome':
        this.lobby.outbox.hold();
        this.room.outbox.hold();
        this.lobby.outbox.resume(message.lobbySeq);
        return;
      case 'resumed':
        this.placeIn(message.room).outbox.resume(message.seq);
        return;
      case 'result':
        this.placeIn(message.room).outbox.result(message.seq, message.value);
        return;
      case 'state':
        this.room.outbox.acknowledge(message.ack);
        return;
      default:
        message satisfies never;
    }
  }

  private readonly write = (frame: Buffer): void => this.decoder.push(frame);
}

export class TurnPath {
  readonly players = [new Player(1), new Player(2)];
  private toCoordinator: (Attach | { readonly player: Player; readonly message: Command })[] = [];
  private toWorker: FromCoordinator[] = [];
  private turn = this.newTurn();
  private connections = 2;
  private tick = 0;
  private shownTo = VIEWERS;
  /** Runs what waits for the next turn of the event loop. */
  private readonly nextTurn: () => void;

  constructor(nextTurn: () => void) {
    this.nextTurn = nextTurn;
    for (const player of this.players) this.attached(player, false);
  }

  /** The worker reads from the client. */
  read(player: Player, count: number): void {
    const messages = player.toServer.splice(0, count);
    for (const message of messages) this.toCoordinator.push({ player, message });
  }

  /** The coordinator reads from the worker. */
  take(count: number): void {
    for (const entry of this.toCoordinator.splice(0, count)) {
      if ('message' in entry) this.apply(entry.player, entry.message);
      else this.attached(entry.player, entry.isContinued);
    }
  }

  /** The room applies its inbox. */
  step(): void {
    const acks: number[] = [];
    const results: FromCoordinator[] = [];
    for (const { room, connection } of this.players) {
      if (room.inbox.length === 0) continue;
      for (const { seq, name, type } of room.inbox.splice(0)) {
        room.applied.push(name);
        if (type === 'call')
          results.push({ type: 'result', connection, room: ROOM, seq, value: name });
      }
      acks.push(connection, room.applied.length);
    }
    this.delta(acks);
    this.toWorker.push(...results);
  }

  /** The worker reads a batch from the coordinator. */
  deliver(count: number): void {
    for (const message of this.toWorker.splice(0, count)) this.turn.add(message);
    this.turn.batchEnd();
  }

  /** The event loop of the worker turns once. */
  loop(): void {
    this.nextTurn();
  }

  hear(player: Player, count: number): void {
    for (const message of player.toClient.splice(0, count)) player.hear(message);
  }

  cut(player: Player): void {
    player.cut(++this.connections);
    this.toCoordinator = this.toCoordinator.filter((entry) => entry.player !== player);
    this.toCoordinator.push({ player, isContinued: false });
  }

  /** The coordinator dies after the worker has read `count` more of its messages. The next one has what it
   *  has applied; `isContinued`: clients that have kept their view are shown no interruption. */
  replaceCoordinator(count: number, isContinued: boolean): void {
    this.deliver(count);
    this.turn.settle();
    this.toWorker = [];
    this.toCoordinator = [];
    for (const player of this.players) {
      player.room.inbox = [];
      const hasView = player.viewer !== undefined;
      this.toCoordinator.push({ player, isContinued: isContinued && hasView });
    }
  }

  /** The machine starts again. @param lost commands of each place that its disk has lost. */
  restart(lost: number): void {
    this.replaceWorker();
    for (const player of this.players) {
      player.room.inbox = [];
      for (const place of [player.lobby, player.room]) place.rollBack(lost);
      this.cut(player);
    }
  }

  /** Another worker goes on with the connections. */
  replaceWorker(): void {
    this.toWorker = [];
    this.toCoordinator = [];
    this.turn = this.newTurn();
    for (const player of this.players) {
      player.viewer = undefined;
      this.toCoordinator.push({ player, isContinued: false });
    }
  }

  get isIdle(): boolean {
    const { toCoordinator, toWorker, players } = this;
    if (toCoordinator.length + toWorker.length > 0) return false;
    return players.every(
      ({ toServer, toClient, lobby, room }) =>
        toServer.length + toClient.length + lobby.outbox.size + room.outbox.size === 0,
    );
  }

  private apply(player: Player, message: Command): void {
    const { connection } = player;
    const { room, seq, name, type } = message;
    const place = player.placeIn(room);
    const isNext = seq === place.applied.length + place.inbox.length + 1;
    if (isNext && room === ROOM) place.inbox.push(message);
    else if (isNext || seq <= place.applied.length) {
      if (isNext) place.applied.push(name);
      const value = place.applied[seq - 1];
      if (room === LOBBY || type === 'call')
        this.toWorker.push({ type: 'result', connection, room, seq, value });
      else this.delta([connection, place.applied.length]);
    } else if (seq > place.applied.length + place.inbox.length)
      this.toWorker.push({ type: 'resumed', connection, room, seq: place.applied.length });
  }

  private delta(acks: number[]): void {
    const rows = { left: NOTHING, entered: NOTHING, changed: NOTHING };
    this.toWorker.push({ type: 'delta', room: ROOM, tick: ++this.tick, ...rows, acks, views: [] });
  }

  /** The coordinator answers the hello of a client, or goes on with a connection that has kept its view. */
  private attached(player: Player, continued: boolean): void {
    const { connection, lobby, room } = player;
    const lobbySeq = lobby.applied.length;
    const seq = room.applied.length;
    const session = { session: connection, token: '', name: '', account: '', resumed: true };
    const rooms = [ROOM];
    this.toWorker.push({ type: 'attached', connection, ...session, rooms, lobbySeq, continued });
    if (continued) {
      this.toWorker.push({ type: 'resumed', connection, room: LOBBY, seq: lobbySeq });
      this.delta([]);
      this.toWorker.push({ type: 'resumed', connection, room: ROOM, seq });
    } else {
      const sight = 'nothing';
      const greeting = { room: ROOM, avatar: 0, sight, about: null, request: null } as const;
      this.toWorker.push({ type: 'joined', connection, ...greeting, seq });
    }
  }

  private newTurn(): Turn {
    const turn: Turn = new Turn({
      apply: (_room, deltas) => {
        for (const { acks } of deltas) this.acknowledge(acks);
        this.shownTo = 0;
      },
      // The event loop may still turn for a worker that has been replaced.
      show: (_room, max) =>
        turn === this.turn ? this.show(Math.min(max, VIEWERS - this.shownTo)) : 0,
      receive: (message) => turn === this.turn && this.receive(message),
      flush: () => {},
    });
    return turn;
  }

  private acknowledge(acks: readonly number[]): void {
    for (let i = 0; i < acks.length; i += 2) {
      const viewer = this.players.find(({ connection }) => connection === acks[i])?.viewer;
      if (viewer) viewer.ack = acks[i + 1]!;
    }
  }

  private show(count: number): number {
    const from = this.shownTo;
    this.shownTo += count;
    for (const { place, viewer, toClient } of this.players) {
      if (place < from || place >= this.shownTo || !viewer || viewer.ack === 0) continue;
      toClient.push({ type: 'state', ack: viewer.ack });
      viewer.ack = 0;
    }
    return count;
  }

  /** Does what `receive` of the worker does. */
  private receive(message: NoDelta): void {
    if (!('connection' in message)) return;
    const player = this.players.find(({ connection }) => connection === message.connection);
    if (!player) return;
    const { toClient } = player;
    switch (message.type) {
      case 'attached':
        if (message.continued) return;
        player.viewer = undefined;
        toClient.push({ type: 'welcome', lobbySeq: message.lobbySeq });
        return;
      case 'joined':
        player.viewer = { ack: 0 };
        toClient.push({ type: 'resumed', room: ROOM, seq: message.seq });
        return;
      case 'result':
      case 'resumed':
        toClient.push(message);
        return;
      default:
    }
  }
}
