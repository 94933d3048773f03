// A room as a function of its inputs: no clock, no I/O, the same whenever it is fed the same.
import type { Kind } from '../../protocol/index.ts';
import { type Game, Refusal, type Room } from '../games/index.ts';
import type { Sight } from '../link/index.ts';
import { markProgress } from '../watch/progress.ts';
import { type Answer, refused, result } from './answer.ts';
import { type CompiledCommand, compiledCommands } from './compiled-commands.ts';
import type { SavedEntities } from './entity-table.ts';
import { makeGameRoom } from './game-room.ts';
import type { Input } from './inputs.ts';
import type { KindLayout } from './kind-layout.ts';
import type { Ledger } from './ledger.ts';
import { Outbox, type OutboxEffect, type SavedOutbox } from './outbox.ts';
import { type Changes, newOutputs, type Outputs } from './outputs.ts';
import { copyOfPlain, plainValue } from './plain-value.ts';
import { PlayerRecord, type SavedPlayer } from './player-record.ts';
import { PlayerViews } from './player-views.ts';
import { SeededRandom } from './random.ts';
import { NO_CHANGES, RoomEntities } from './room-entities.ts';

export type { Changes, Input, Outputs };

/** All that a room remembers: a plain value, the same after it was written and read as msgpack. */
export interface SavedRoom {
  readonly tick: number;
  readonly now: number;
  readonly entityIds: number;
  readonly random: readonly number[];
  readonly state: unknown;
  readonly kinds: readonly KindLayout[];
  /** In the order of `kinds`. */
  readonly entities: readonly SavedEntities[];
  readonly players: readonly SavedPlayer[];
  /** Not there in a room that has never had an effect. */
  readonly outbox?: SavedOutbox;
}

export class RoomState {
  readonly room: Room;
  private readonly game: Game;
  private readonly entities: RoomEntities;
  private readonly players = new Map<number, PlayerRecord>();
  private readonly commands: ReadonlyMap<string, CompiledCommand>;
  private readonly random: SeededRandom;
  private readonly outbox: Outbox;
  private readonly views: PlayerViews;
  private outputs = newOutputs();
  private tick = 0;
  private now = 0;
  private changed = 0;

  /** A new room, or one that goes on where `saved` was taken.
   *  @param options `now`: the time at which the game furnishes a new room, in ms since 1970;
   *  `prepared`: what its `prepare` has made.
   *  Throws whatever the game's `create` throws. */
  constructor(
    game: Game,
    options:
      | { id: number; seed: number; now: number; prepared?: unknown }
      | { id: number; saved: SavedRoom; changedTick?: number | undefined },
  ) {
    const saved = 'saved' in options ? options.saved : undefined;
    this.game = game;
    this.random = new SeededRandom('seed' in options ? options.seed : 0);
    this.outbox = new Outbox(game.items ?? []);
    this.commands = compiledCommands(game);
    this.entities = new RoomEntities(game);
    this.views = new PlayerViews({
      players: this.players,
      hasWorld: game.world !== undefined,
      entity: (id) => this.entities.get(id),
    });
    this.room = makeGameRoom({
      id: options.id,
      random: this.random,
      players: this.players,
      state: saved ? saved.state : game.state(),
      bank: this.outbox,
      tables: this.entities.tables,
      views: this.views,
      tick: () => this.tick,
      now: () => this.now,
      outputs: () => this.outputs,
    });
    if ('now' in options) {
      this.now = options.now;
      game.create?.(this.room, options.prepared);
    } else {
      this.load(options.saved);
      this.changed = options.changedTick ?? this.tick;
    }
  }

  /** The room as it was when `saved` was taken, which becomes this room's own. It behaves as the
   *  other would have; everything in it counts as published. The game's `create` does not run.
   *  @param options `changedTick`: as it was then, where that is known.
   *  @throws {RangeError} when the game's kinds are not those of `saved`. */
  static restore(
    game: Game,
    options: { id: number; saved: SavedRoom; changedTick?: number | undefined },
  ): RoomState {
    return new RoomState(game, options);
  }

  get kinds(): readonly Kind[] {
    return this.entities.kinds;
  }

  get playerCount(): number {
    return this.players.size;
  }

  ledgerOf(player: number): Ledger | undefined {
    return this.players.get(player)?.ledger;
  }

  /** What the player sees, and since which tick as far as this process knows. */
  viewOf(player: number): { avatar: number; sight: Sight; tick: number } | undefined {
    const record = this.players.get(player);
    return record && { avatar: record.avatar?.id ?? 0, sight: record.sight, tick: record.viewTick };
  }

  /** The player's fencing number: of the account with which the room knows the player. */
  fenceOf(player: number): number | undefined {
    return this.players.get(player)?.fence;
  }

  /** Up to which of its effects the room has all answers. */
  get effectsSeen(): number {
    return this.outbox.seen;
  }

  /** What is not settled: to be handed over where nobody knows how much of it was. */
  get effects(): readonly OutboxEffect[] {
    return [...this.outbox.underWay];
  }

  about(): unknown {
    return plainValue(this.game.about?.(this.room) ?? null);
  }

  /** One step: the inputs in order, then the game's tick.
   *  @param before is told of each input's index before it is applied, and of their number before
   *  the game's tick.
   *  Throws whatever the game's hooks throw (commands excepted): the room cannot go on then. */
  apply(now: number, inputs: readonly Input[], before?: (index: number) => void): Outputs {
    this.tick++;
    this.now = now;
    this.outputs = newOutputs();
    for (let i = 0; i < inputs.length; i++) {
      before?.(i);
      this.applyInput(inputs[i]!);
      markProgress();
    }
    before?.(inputs.length);
    this.game.tick?.(this.room);
    this.outputs.views = this.views.settle(this.tick);
    this.outputs.effects = this.outbox.takeFresh();
    return this.outputs;
  }

  /** The rows that changed since the last call. */
  takeChanges(): Changes {
    const changes = this.entities.takeChanges();
    if (this.views.takeChanged() || changes) this.changed = this.tick;
    return changes ?? NO_CHANGES;
  }

  /** As `takeChanges`, and nobody is to be told. */
  dropChanges(): void {
    const isOther = this.entities.dropChanges();
    if (this.views.takeChanged() || isOther) this.changed = this.tick;
  }

  /** A copy of the room that was made at this tick or later is as one that was made now, as far as
   *  changes were taken. */
  get changedTick(): number {
    return this.changed;
  }

  /** Every entity that `takeChanges` has given, as entered rows. */
  allRows(): Buffer {
    return this.entities.allRows();
  }

  /** All that the room remembers, as a plain value: equal for rooms that will behave equally. */
  save(): SavedRoom {
    const outbox = this.outbox.save();
    return {
      tick: this.tick,
      now: this.now,
      entityIds: this.entities.lastId,
      random: this.random.save(),
      state: this.room.state,
      kinds: this.entities.layout,
      entities: this.entities.save(),
      players: [...this.players.values()].map((player) => player.save()),
      ...(outbox ? { outbox } : {}),
    };
  }

  private load(saved: SavedRoom): void {
    this.entities.restore(saved.entityIds, saved.kinds, saved.entities);
    this.tick = saved.tick;
    this.now = saved.now;
    this.random.restore(saved.random);
    if (saved.outbox) this.outbox.restore(saved.outbox);
    for (const player of saved.players) {
      this.players.set(
        player.id,
        PlayerRecord.restore(player, (id) => this.entities.get(id)),
      );
    }
  }

  private applyInput(input: Input): void {
    if (input.kind === 'join') {
      this.join(input);
      return;
    }
    if (input.kind === 'settled') {
      this.settled(input);
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
      case 'refused':
        player.ledger.apply(input.seq);
        this.settle(player, input.seq, refused('GAME_ERROR'));
        return;
      case 'account':
        player.own(input.account, input.fence);
        return;
      default:
        input satisfies never;
    }
  }

  private join({ player: id, name, account, fence }: Input & { kind: 'join' }): void {
    if (this.players.has(id)) return;
    const player = new PlayerRecord(id, name);
    player.own(account, fence);
    this.players.set(id, player);
    this.views.setAvatar(player, this.game.join?.(this.room, player));
    player.settleView(this.tick);
    this.outputs.joined.push(id);
  }

  private settled({ n, accepted, balance }: Input & { kind: 'settled' }): void {
    const effect = this.outbox.settle(n);
    if (!effect) return;
    const { kind, player, item, amount } = effect;
    this.game.settled?.(this.room, { n, kind, player, item, amount, accepted, balance });
  }

  /** Who has left is owed nothing of this batch; who then comes again must not get it either. */
  private leave(player: PlayerRecord): void {
    this.players.delete(player.id);
    const { joined, answers, events } = this.outputs;
    this.outputs = {
      ...this.outputs,
      joined: joined.filter((id) => id !== player.id),
      answers: answers.filter((answer) => answer.player !== player.id),
      events: events.filter((event) => event.player !== player.id),
    };
    this.game.leave?.(this.room, player);
  }

  private command(player: PlayerRecord, input: Input & { kind: 'command' }): void {
    player.ledger.apply(input.seq);
    const answer = this.run(player, input.name, input.args);
    if (answer.kind === 'result' && !input.call) return;
    this.settle(player, input.seq, answer);
  }

  private settle(player: PlayerRecord, seq: number, answer: Answer): void {
    player.ledger.keep(seq, answer);
    this.outputs.answers.push({ player: player.id, seq, answer });
  }

  private run(player: PlayerRecord, name: string, given: unknown): Answer {
    const command = this.commands.get(name);
    if (!command) {
      const known = [...this.commands.keys()].join(', ');
      return refused('UNKNOWN_COMMAND', `it has ${known}`);
    }
    const args = given ?? {};
    if (!command.accepts(args)) {
      return refused('BAD_ARGUMENTS', command.explain(args));
    }
    try {
      const value = plainValue(command.run(this.room, player, args) ?? null);
      // The game may go on changing what it gave; the answer is kept as it is now.
      return result(copyOfPlain(value));
    } catch (error) {
      if (error instanceof Refusal) {
        return { kind: 'rejected', code: error.code, text: error.message };
      }
      this.outputs.failures.push({ player: player.id, name, error });
      return refused('GAME_ERROR');
    }
  }
}
