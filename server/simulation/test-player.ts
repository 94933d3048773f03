// A player: the client library with somebody behind it who counts, and notes each broken promise.
import type { RoomView } from '../../client/index.ts';
import { rooms, type SpoilEnd } from './test-game.ts';
import { machine, type SimulatedProcess } from './test-machine.ts';
import { Visitor } from './test-visitor.ts';

const UNACKNOWLEDGED_MAX = 20;

export class Player extends Visitor {
  private view: RoomView | undefined;
  private sent = 0;
  private answersDue = 0;
  private lastSeen = 0;
  /** Commands that hang, refuse or fail: they are refused, and count for nothing else. */
  private refused = 0;
  private hangsLeft: number;

  /** To be made in the process of its own. */
  constructor(process: SimulatedProcess, game: string) {
    super(process);
    // A room forgives three.
    const mayHang = ['player 1', 'player 2', 'player 3'].includes(process.name);
    this.hangsLeft = mayHang && machine().chance(0.5) ? 1 : 0;
    this.join(game);
  }

  get earned(): number {
    return this.sent;
  }

  /** Also that it sees what there is. */
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

  private join(game: string): void {
    this.client.join({ game }).then(
      (view) => this.joined(view),
      (error) => {
        if (error.code === 'NOT_YET')
          setTimeout(() => this.join(game), machine().random.float() * 150);
        else this.violate(`has no place: ${error}`);
      },
    );
  }

  private joined(view: RoomView): void {
    this.view = view;
    view.on('rejected', (error) => {
      const { code } = error;
      const isExpected = code === 'GAME_ERROR' || code === 'SPOILT';
      // A command that was sent twice is answered twice.
      if (!isExpected || this.refused === 0) this.violate(`is refused: ${error}`);
    });
    view.on('event', (name) => this.violate(`is told ${name} of a command that was refused`));
    view.on('left', ({ text }) => this.violate(`lost its place: ${text}`));
    view.on('state', () => this.look(view));
    this.work();
  }

  /** What was seen once is never taken back. */
  private look(view: RoomView): void {
    const { count } = view.avatar as unknown as { count: number };
    if (count < this.lastSeen) this.violate(`saw ${this.lastSeen} and then ${count}`);
    if (count < view.ack - this.refused) this.violate(`saw ${count} with ${view.ack} acknowledged`);
    this.lastSeen = count;
  }

  private work(): void {
    if (!this.isWorking) return;
    const { view } = this;
    const of = machine();
    const atOnce = of.random.integer(1, 4);
    for (let i = 0; i < atOnce && view!.unacknowledged < UNACKNOWLEDGED_MAX; i++) this.add(view!);
    if (this.hangsLeft > 0 && of.chance(0.2)) this.hang(view!);
    if (of.chance(0.15)) this.spoil(view!);
    setTimeout(() => this.work(), of.random.float() * 150);
  }

  private hang(view: RoomView): void {
    this.hangsLeft--;
    this.refused++;
    this.answersDue++;
    view.call('hang').then(
      () => this.violate('is answered by what does not end'),
      (error) => {
        this.answersDue--;
        if (error.code !== 'GAME_ERROR') this.violate(`is refused what hangs: ${error}`);
      },
    );
  }

  private spoil(view: RoomView): void {
    const of = machine();
    const end = of.random.pick<SpoilEnd>(['refuse', 'throw', 'promise']);
    this.refused++;
    if (of.chance(0.5)) {
      view.send('spoil', { end });
      return;
    }
    this.answersDue++;
    view.call('spoil', { end }).then(
      () => this.violate('is answered by a command that must be refused'),
      (error) => {
        this.answersDue--;
        const code = end === 'refuse' ? 'SPOILT' : 'GAME_ERROR';
        if (error.code !== code) this.violate(`is refused for another reason: ${error}`);
      },
    );
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
