// A Goldrush room for tests: drawn or made, driven tick by tick, without a server around it.
import { SeededRandom } from '../../coordinator/random.ts';
import { type Input, type Outputs, RoomState } from '../../coordinator/room-state.ts';
import type { Game, Player } from '../game.ts';
import { Tile } from './chunks.ts';
import game from './index.ts';
import { type GoldrushRoom, Hurt, type Miner, minerOf } from './kinds.ts';
import { numbers } from './numbers.ts';
import { chunksOf, layWorld, makeWorld, type World } from './world.ts';

export const EAST = { dx: 1, dy: 0 };
export const WEST = { dx: -1, dy: 0 };
export const NORTH = { dx: 0, dy: -1 };
export const SOUTH = { dx: 0, dy: 1 };

const tileOf: Readonly<Record<string, Tile>> = { '#': Tile.Wall, $: Tile.Bank };
/** Gold in a walled-in corner of each drawn cave, so that no upkeep is due. */
const HOARD = { x: numbers.worldTiles - 2, y: numbers.worldTiles - 2, amount: numbers.groundGold };

export class TestRoom {
  readonly state: RoomState;
  readonly room: GoldrushRoom;
  /** What each command came to: its value, or the code of its refusal. */
  readonly answers: unknown[] = [];
  readonly events: Outputs['events'][number][] = [];
  /** What each player has in the bank, which answers in the next tick. */
  readonly accounts = new Map<number, number>();
  /** Whether the bank refuses what it is given next. */
  refuses = (): boolean => false;
  /** Answers that the bank keeps back for so many ticks. */
  bankTicks = 1;
  private readonly answered: { tick: number; input: () => Input }[] = [];
  private readonly seqs = new Map<number, number>();
  private readonly waiting: Input[] = [];

  constructor(made: Game, seed: number, world: World) {
    this.state = new RoomState(made, { id: 1, seed, now: 0, prepared: world });
    this.room = this.state.room as unknown as GoldrushRoom;
  }

  /** A room as players get it. */
  static made(seed: number): TestRoom {
    return new TestRoom(game as Game, seed, makeWorld(new SeededRandom(seed)));
  }

  /** A room without rats, drawn from its upper left corner: `#` wall, `$` bank, `.` floor, a digit
   *  floor with so much gold on it; the rest is wall. */
  static drawn(...rows: readonly string[]): TestRoom {
    return new TestRoom({ ...game, create: layWorld } as Game, 1, drawn(rows));
  }

  /** A player comes; without `x` and `y` where the game says, otherwise there and unprotected. */
  join(player: number, x?: number, y?: number): Miner {
    this.input({ kind: 'join', player, name: `miner ${player}` });
    this.tick();
    const miner = this.miner(player);
    if (x !== undefined && y !== undefined) Object.assign(miner, { x, y, hurt: Hurt.No });
    return miner;
  }

  miner(player: number): Miner {
    return minerOf(this.room.players.get(player) as Player);
  }

  input(input: Input): void {
    this.waiting.push(input);
  }

  /** To be run in the next tick. */
  command(player: number, name: string, args: unknown = {}): void {
    const seq = (this.seqs.get(player) ?? 0) + 1;
    this.seqs.set(player, seq);
    this.input({ kind: 'command', player, seq, name, args, call: true });
  }

  /** Runs the command and a tick.
   *  @returns its value, or the code of its refusal. */
  run(player: number, name: string, args: unknown = {}): unknown {
    this.command(player, name, args);
    this.tick();
    return this.answers.at(-1);
  }

  tick(times = 1): void {
    for (let i = 0; i < times; i++) {
      const due = this.answered.filter(({ tick }) => tick <= this.room.tick);
      this.answered.splice(0, due.length);
      const inputs = [...this.waiting.splice(0), ...due.map(({ input }) => input())];
      const outputs = this.state.apply(this.room.tick * 50, inputs);
      for (const effect of outputs.effects) this.settle(effect);
      for (const { error } of outputs.failures) throw error;
      this.events.push(...outputs.events);
      for (const { answer } of outputs.answers) {
        this.answers.push(answer.kind === 'result' ? answer.value : answer.code);
      }
    }
  }

  /** Moves gold that is the player's to the bank, as if it had been dug in this cave. */
  bank(player: number, amount: number): void {
    this.accounts.set(player, amount);
    this.room.state.net += amount - this.miner(player).banked;
    this.miner(player).banked = amount;
  }

  private settle({ n, kind, player, amount }: Outputs['effects'][number]): void {
    const before = this.accounts.get(player) ?? 0;
    const change = kind === 'withdraw' ? -amount : amount;
    const accepted = kind === 'balance' || (before + change >= 0 && !this.refuses());
    const after = accepted ? before + change : before;
    this.accounts.set(player, after);
    const input = (): Input => {
      const balance = kind === 'balance' ? (this.accounts.get(player) ?? 0) : after;
      return { kind: 'settled', n, accepted, balance };
    };
    this.answered.push({ tick: this.room.tick + this.bankTicks - 1, input });
  }

  /** Ticks until the room's tick divides by `ticks`: until what happens so often has happened. */
  tickTo(ticks: number): void {
    do this.tick();
    while (this.room.tick % ticks !== 0);
  }

  /** The sum of all gold, as the game counts it. */
  get total(): number {
    const room = this.room;
    const { treasury, net } = room.state;
    const deposits = [...room.bank.underWay].filter(({ kind }) => kind === 'deposit');
    const sum = (values: number[]) => values.reduce((a, b) => a + b, treasury + net);
    return sum([
      ...[...room.entities.gold].map((pile) => pile.amount),
      ...[...room.entities.miner].map((miner) => miner.gold + miner.owed),
      ...[...room.entities.rat].map((rat) => rat.gold),
      ...deposits.map(({ amount }) => amount),
    ]);
  }

  goldAt(x: number, y: number): number {
    return this.room.entities.gold.near(x, y, 0)[0]?.amount ?? 0;
  }
}

function drawn(rows: readonly string[]): World {
  const tiles = new Uint8Array(numbers.worldTiles ** 2);
  const piles = [HOARD];
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      tiles[y * numbers.worldTiles + x] = tileOf[row[x]!] ?? Tile.Floor;
      if (Number(row[x]) > 0) piles.push({ x, y, amount: Number(row[x]) });
    }
  });
  tiles[HOARD.y * numbers.worldTiles + HOARD.x] = Tile.Bank;
  return { chunks: chunksOf(tiles), piles };
}
