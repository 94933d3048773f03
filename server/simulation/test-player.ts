// A player: the client library with somebody behind it who counts, and notes each broken promise.
import { Client, type RoomView } from '../../client/index.ts';
import { rooms } from './test-game.ts';
import { machine, type SimulatedProcess } from './test-machine.ts';
import type { Socket } from './test-net.ts';

const UNACKNOWLEDGED_MAX = 20;
/** The tags of `command` and `call`: what may be sent twice. */
const NUMBERED = [4, 5];

export class Player {
  readonly process: SimulatedProcess;
  private readonly game: string;
  private readonly client: Client;
  private view: RoomView | undefined;
  private socket: Socket | undefined;
  private sent = 0;
  private answersDue = 0;
  private lastSeen = 0;
  isWorking = true;
  /** It gives a server that is silent much time, and is never dropped then. */
  private readonly isPatient = machine().chance(0.7);

  /** To be made in the process of its own. */
  constructor(process: SimulatedProcess, game: string) {
    this.process = process;
    this.game = game;
    this.process.on('connects', (socket: Socket) => this.connects(socket));
    this.client = new Client({
      name: process.name,
      keepTrying: true,
      connectTimeoutMs: 2000,
      reconnectMsMax: 300,
      pingMs: 500,
      pingsUnansweredMax: this.isPatient ? 40 : 3,
      closeTimeoutMs: 100,
      random: () => machine().random.float(),
    });
    this.client.on('error', (error) => this.violate(`was ended: ${error}`));
    this.client.on('closed', (error) => this.violate(`has ended: ${error}`));
    this.client.on('session', ({ lost }) => {
      if (lost) this.violate('was given a new session');
    });
    this.client.on('warning', (error) => machine().note(`${process.name} is warned: ${error}`));
    this.client.on('disconnected', (error) => {
      machine().note(`${process.name} is disconnected: ${error}`);
      if (this.isPatient && !this.socket?.wasCut) this.violate(`was dropped: ${error}`);
    });
    this.client.on('connected', ({ worker, resumed }) =>
      machine().note(`${process.name} is welcomed by worker ${worker}, resumed: ${resumed}`),
    );
    this.client.open().catch((error) => this.violate(`was refused: ${error}`));
    this.client.join({ game: this.game }).then(
      (view) => this.joined(view),
      (error) => this.violate(`has no place: ${error}`),
    );
  }

  /** Breaks the connection; the server learns of it later. */
  cut(): void {
    const { socket } = this;
    if (!socket || socket.destroyed || socket.wasCut) return;
    machine().note(`${this.process.name} loses its connection`);
    const of = machine();
    socket.cut(of.random.float() * (of.chance(0.5) ? 5 : 2500));
  }

  /** What keeps it from being content; undefined: it is attached, and all is acknowledged and seen. */
  get lacks(): string | undefined {
    const { view, client, process } = this;
    const lacks = (what: string): string => `${process.name} ${what}`;
    if (!view) return lacks(`has no place, and its link is ${client.state}`);
    if (client.state !== 'ready') return lacks(`is not attached: ${client.state}`);
    if (view.unacknowledged > 0) return lacks(`has ${view.unacknowledged} unacknowledged`);
    if (this.answersDue > 0) return lacks(`has ${this.answersDue} calls without a result`);
    const seen = listed(
      [...view.entities.values()].map(({ kind, id, owner, count, at }) => [
        id as number,
        kind,
        owner,
        count ?? at,
      ]),
    );
    const there = thereIs(view.number);
    if (seen !== there) return lacks(`sees ${seen} and there is ${there}`);
    const player = rooms.get(view.number)?.players.get(client.welcome!.session);
    if (!player?.connected) return lacks('is not connected, says the room');
    const { count } = view.avatar as unknown as { count: number };
    return count === this.sent ? undefined : lacks(`counted ${this.sent}, the room ${count}`);
  }

  private joined(view: RoomView): void {
    this.view = view;
    view.on('rejected', (error) => this.violate(`is refused: ${error}`));
    view.on('left', ({ text }) => this.violate(`lost its place: ${text}`));
    view.on('state', () => this.look(view));
    this.work();
  }

  /** What was seen once is never taken back. */
  private look(view: RoomView): void {
    const { count } = view.avatar as unknown as { count: number };
    if (count < this.lastSeen) this.violate(`saw ${this.lastSeen} and then ${count}`);
    if (count < view.ack) this.violate(`saw ${count} with ${view.ack} acknowledged`);
    this.lastSeen = count;
  }

  private work(): void {
    if (!this.isWorking) return;
    const { view } = this;
    const of = machine();
    const atOnce = of.random.integer(1, 4);
    for (let i = 0; i < atOnce && view!.unacknowledged < UNACKNOWLEDGED_MAX; i++) this.add(view!);
    setTimeout(() => this.work(), of.random.float() * 150);
  }

  private add(view: RoomView): void {
    const n = ++this.sent;
    if (machine().chance(0.5)) {
      view.send('add', { n });
      return;
    }
    this.answersDue++;
    view.call('add', { n }).then(
      (value) => {
        this.answersDue--;
        if (value !== n) this.violate(`is answered ${value} for ${n}`);
      },
      (error) => this.violate(`is refused ${n}: ${error}`),
    );
  }

  /** Now and then something is sent twice. */
  private connects(socket: Socket): void {
    this.socket = socket;
    socket.wrote = (frame) => {
      if (!NUMBERED.includes(frame[2]!) || !machine().chance(0.1)) return;
      machine().after(machine().delay(100), this.process, () => {
        const { wrote } = socket;
        socket.wrote = undefined;
        socket.write(frame);
        socket.wrote = wrote;
      });
    };
  }

  private violate(what: string): void {
    machine().violate(`${this.process.name} ${what}`);
  }
}

function thereIs(room: number): string {
  const { token, mark } = rooms.get(room)!.entities;
  const rows = [token!, mark!].flatMap((table, i) =>
    [...table].map((entity) => {
      const { id, owner, count, at } = entity as unknown as Record<string, number>;
      return [id!, i === 0 ? 'token' : 'mark', owner, count ?? at] as [number, ...unknown[]];
    }),
  );
  return listed(rows);
}

const listed = (rows: [id: number, ...fields: unknown[]][]): string =>
  JSON.stringify(rows.sort(([a], [b]) => a - b));
