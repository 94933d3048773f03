// A room as a function of its inputs: no clock, no I/O, the same whenever it is fed the same.
import { Compile } from 'typebox/compile';
import { type Kind, RowWriter, sentence } from '../../protocol/index.ts';
import {
  type Entities,
  type Entity,
  type Game,
  type KindSpecs,
  type Player,
  Refusal,
  type Room,
} from '../games/index.ts';
import { Grid } from '../link/index.ts';
import { CellIndex } from './cell-index.ts';
import { type ChangeRows, EntityTable, orderFields, placeOf } from './entity-table.ts';
import { type Answer, Ledger } from './ledger.ts';
import { plainValue } from './plain-value.ts';
import { SeededRandom } from './random.ts';

/** What happens to a room from outside, in the order in which it happens. */
export type Input =
  | { readonly kind: 'join'; readonly player: number; readonly name: string }
  | { readonly kind: 'leave'; readonly player: number }
  | { readonly kind: 'connection'; readonly player: number; readonly connected: boolean }
  | {
      readonly kind: 'command';
      readonly player: number;
      readonly seq: number;
      readonly name: string;
      readonly args: unknown;
      /** Whether the sender waits for a value. */
      readonly call: boolean;
    };

/** What a batch of inputs made the room say, in order. */
export interface Outputs {
  /** `player` 0: to everyone in the room. */
  readonly events: { readonly player: number; readonly name: string; readonly data: unknown }[];
  readonly answers: { readonly player: number; readonly seq: number; readonly answer: Answer }[];
  /** Players who have got a place in this batch. */
  readonly joined: number[];
  /** Commands on which the game failed, for the log. */
  readonly failures: { readonly player: number; readonly name: string; readonly error: unknown }[];
  /** Why the room is over, when it is. */
  ended: string | undefined;
}

/** Rows for those who hold a copy of the room; the bytes are the receiver's. */
export interface Changes {
  readonly left: Buffer;
  readonly entered: Buffer;
  readonly changed: Buffer;
}

/** Longest text with which a room ends, in characters. */
const END_TEXT_MAX = 1000;

class PlayerRecord implements Player {
  readonly id: number;
  readonly name: string;
  connected = true;
  avatar: Entity | undefined;
  readonly ledger = new Ledger();

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }
}

interface CompiledCommand {
  readonly accepts: (args: unknown) => boolean;
  readonly explain: (args: unknown) => string;
  readonly run: (room: Room, player: Player, args: unknown) => unknown;
}

export class RoomState {
  readonly room: Room;
  readonly kinds: readonly Kind[];
  private readonly game: Game;
  private readonly tables: readonly EntityTable[];
  private readonly players = new Map<number, PlayerRecord>();
  private readonly commands: ReadonlyMap<string, CompiledCommand>;
  private readonly random: SeededRandom;
  private readonly rows: ChangeRows = {
    left: new RowWriter(),
    entered: new RowWriter(),
    changed: new RowWriter(),
  };
  private outputs = newOutputs();
  private tick = 0;
  private now = 0;
  private entityIds = 0;

  /** @param now the time at which the game prepares the room, in ms since 1970.
   *  Throws whatever the game's `create` throws. */
  constructor(game: Game, options: { id: number; seed: number; now: number }) {
    this.game = game;
    this.now = options.now;
    this.random = new SeededRandom(options.seed);
    this.commands = compileCommands(game);
    this.tables = this.makeTables(game);
    this.kinds = this.tables.map((table) => table.kind);
    this.room = this.makeRoom(options.id);
    game.create?.(this.room);
  }

  get playerCount(): number {
    return this.players.size;
  }

  ledgerOf(player: number): Ledger | undefined {
    return this.players.get(player)?.ledger;
  }

  avatarOf(player: number): number {
    return this.players.get(player)?.avatar?.id ?? 0;
  }

  about(): unknown {
    return plainValue(this.game.about?.(this.room) ?? null);
  }

  /** One step: the inputs in order, then the game's tick.
   *  Throws whatever the game's hooks throw (commands excepted): the room cannot go on then. */
  apply(now: number, inputs: readonly Input[]): Outputs {
    this.tick++;
    this.now = now;
    this.outputs = newOutputs();
    for (const input of inputs) this.applyInput(input);
    this.game.tick?.(this.room);
    return this.outputs;
  }

  /** The rows that changed since the last call. */
  takeChanges(): Changes {
    const { left, entered, changed } = this.rows;
    left.clear();
    entered.clear();
    changed.clear();
    for (const table of this.tables) table.takeChanges(this.rows);
    return { left: copy(left), entered: copy(entered), changed: copy(changed) };
  }

  /** Every entity that `takeChanges` has given, as entered rows. */
  allRows(): Buffer {
    const { entered } = this.rows;
    entered.clear();
    for (const table of this.tables) table.appendAll(entered);
    return copy(entered);
  }

  /** All that the room remembers, as a plain value: equal for rooms that will behave equally. */
  save(): unknown {
    return {
      tick: this.tick,
      now: this.now,
      entityIds: this.entityIds,
      random: this.random.save(),
      state: this.room.state,
      entities: this.tables.map((table) => table.save()),
      players: [...this.players.values()].map((player) => ({
        id: player.id,
        name: player.name,
        connected: player.connected,
        avatar: player.avatar?.id ?? 0,
        ledger: player.ledger.save(),
      })),
    };
  }

  private applyInput(input: Input): void {
    if (input.kind === 'join') {
      this.join(input.player, input.name);
      return;
    }
    const player = this.players.get(input.player);
    // The player may have left with an earlier input; nobody waits for an answer then.
    if (!player) return;
    switch (input.kind) {
      case 'leave':
        this.leave(player);
        return;
      case 'connection':
        player.connected = input.connected;
        return;
      case 'command':
        this.command(player, input);
        return;
      default:
        input satisfies never;
    }
  }

  private join(id: number, name: string): void {
    if (this.players.has(id)) return;
    const player = new PlayerRecord(id, name);
    this.players.set(id, player);
    player.avatar = this.game.join?.(this.room, player);
    this.outputs.joined.push(id);
  }

  /** Who has left is owed nothing of this batch; who then comes again must not get it either. */
  private leave(player: PlayerRecord): void {
    this.players.delete(player.id);
    const { joined, answers } = this.outputs;
    this.outputs = {
      ...this.outputs,
      joined: joined.filter((id) => id !== player.id),
      answers: answers.filter((answer) => answer.player !== player.id),
    };
    this.game.leave?.(this.room, player);
  }

  private command(player: PlayerRecord, input: Input & { kind: 'command' }): void {
    player.ledger.apply(input.seq);
    const answer = this.run(player, input.name, input.args);
    if (answer.kind === 'result' && !input.call) return;
    player.ledger.keep(input.seq, answer);
    this.outputs.answers.push({ player: player.id, seq: input.seq, answer });
  }

  private run(player: PlayerRecord, name: string, given: unknown): Answer {
    const command = this.commands.get(name);
    if (!command) {
      const known = [...this.commands.keys()].join(', ');
      return rejected('UNKNOWN_COMMAND', sentence('UNKNOWN_COMMAND', `it has ${known}`));
    }
    const args = given ?? {};
    if (!command.accepts(args)) {
      return rejected('BAD_ARGUMENTS', sentence('BAD_ARGUMENTS', command.explain(args)));
    }
    try {
      const value = plainValue(command.run(this.room, player, args) ?? null);
      return { kind: 'result', value };
    } catch (error) {
      if (error instanceof Refusal) return rejected(error.code, error.message);
      this.outputs.failures.push({ player: player.id, name, error });
      return rejected('GAME_ERROR', sentence('GAME_ERROR'));
    }
  }

  private makeTables(game: Game): EntityTable[] {
    const grid = game.world ? new Grid(game.world) : undefined;
    const nextEntityId = () => ++this.entityIds;
    return Object.entries(game.entities as KindSpecs).map(([name, spec], index) => {
      const place = placeOf(orderFields(spec));
      const cells = grid && place ? new CellIndex(grid, place.xAt, place.yAt) : undefined;
      return new EntityTable({ nextEntityId }, name, index, spec, cells);
    });
  }

  private makeRoom(id: number): Room {
    const self = this;
    const entities = Object.fromEntries(this.tables.map((table) => [table.kind.name, table]));
    return {
      id,
      get tick() {
        return self.tick;
      },
      get now() {
        return self.now;
      },
      random: this.random,
      entities: entities as Record<string, Entities>,
      players: this.players,
      state: this.game.state(),
      send: (player, name, data) => {
        checkEventName(name);
        this.outputs.events.push({ player: player.id, name, data: plainValue(data) });
      },
      broadcast: (name, data) => {
        checkEventName(name);
        this.outputs.events.push({ player: 0, name, data: plainValue(data) });
      },
      end: (text) => {
        this.outputs.ended ??= text.slice(0, END_TEXT_MAX);
      },
    };
  }
}

function checkEventName(name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) {
    throw new RangeError(`an event’s name has letters, digits, - and _, but got ${name}`);
  }
}

function newOutputs(): Outputs {
  return { events: [], answers: [], joined: [], failures: [], ended: undefined };
}

function copy(rows: RowWriter): Buffer {
  return rows.length === 0 ? NOTHING : Buffer.from(rows.written());
}
const NOTHING = Buffer.alloc(0);

function rejected(code: string, text: string): Answer {
  return { kind: 'rejected', code, text };
}

function compileCommands(game: Game): Map<string, CompiledCommand> {
  const compiled = new Map<string, CompiledCommand>();
  for (const [name, command] of Object.entries(game.commands as Game['commands'])) {
    const validator = Compile(command.args);
    compiled.set(name, {
      accepts: (args) => validator.Check(args),
      explain: (args) => {
        const [first] = validator.Errors(args);
        const path = first?.instancePath.slice(1).replaceAll('/', '.');
        return `${path ? `${path} ` : ''}${first?.message ?? 'not as the schema says'}`;
      },
      run: (room, player, args) => command.run(room, player, args),
    });
  }
  return compiled;
}
