// A room as a function of its inputs: no clock, no I/O, the same whenever it is fed the same.
import type { Kind } from '../../protocol/index.ts';
import type { Game, Room } from '../games/index.ts';
import type { Sight } from '../link/index.ts';
import { markProgress } from '../watch/progress.ts';
import { type Answer, refused } from './answer.ts';
import { GameCalls } from './game-calls.ts';
import { makeGameRoom } from './game-room.ts';
import type { Input } from './inputs.ts';
import type { Ledger } from './ledger.ts';
import { Outbox, type OutboxEffect } from './outbox.ts';
import { type Changes, newOutputs, type Outputs } from './outputs.ts';
import { plainValue } from './plain-value.ts';
import { PlayerRecord } from './player-record.ts';
import { PlayerViews } from './player-views.ts';
import { SeededRandom } from './random.ts';
import { NO_CHANGES, RoomEntities } from './room-entities.ts';
import { RoomMemory } from './room-memory.ts';
import { RoomPlayers } from './room-players.ts';
import type { SavedRoom } from './saved-room.ts';
import { Transaction } from './transaction.ts';
import { UndoLog } from './undo-log.ts';

export type { Changes, Input, Outputs, SavedRoom };

export class RoomState {
  readonly room: Room;
  /** The hook of the game that was called last: named where it fails. */
  hook = 'create';
  private readonly game: Game;
  private readonly entities: RoomEntities;
  private readonly players = new RoomPlayers();
  private readonly undo = new UndoLog();
  private readonly memory: RoomMemory;
  private readonly calls: GameCalls;
  private readonly random: SeededRandom;
  private readonly outbox: Outbox;
  private readonly views: PlayerViews;
  private outputs = newOutputs();
  private tick = 0;
  private now = 0;
  private changed = 0;
  /** A player of a match was turned away: the match is for all of its players, or for none. */
  isCalledOff = false;

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
    const { undo } = this;
    this.random = new SeededRandom('seed' in options ? options.seed : 0, undo);
    this.outbox = new Outbox(game.items ?? [], undo);
    this.entities = new RoomEntities(game, undo);
    this.memory = new RoomMemory(saved ? saved.state : game.state(), undo);
    this.views = new PlayerViews({
      players: this.players,
      hasWorld: game.world !== undefined,
      undo,
      entity: (id) => this.entities.get(id),
    });
    this.room = makeGameRoom({
      id: options.id,
      random: this.random,
      players: this.players,
      memory: this.memory,
      bank: this.outbox,
      tables: this.entities.tables,
      views: this.views,
      tick: () => this.tick,
      now: () => this.now,
      outputs: () => this.outputs,
    });
    const { room, entities, memory } = this;
    const transaction = new Transaction(undo, memory, entities);
    this.calls = new GameCalls({ game, room, entities, transaction });
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

  /** From now on the outputs have what is legal in a game's calls and yet a mistake. */
  reportMistakes(): void {
    this.calls.reportsMistakes = true;
    this.memory.findsStaleReferences = true;
  }

  /** The game's own memory, as the engine reads it. */
  get memoryValue(): unknown {
    return this.memory.value;
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
    this.hook = 'about';
    return plainValue(this.game.about?.(this.room) ?? null);
  }

  /** One step: the inputs in order, then the game's tick.
   *  @param before is told of each input's index before it is applied, and of their number before
   *  the game's tick.
   *  Throws whatever the game's tick throws: the room cannot go on then. */
  apply(now: number, inputs: readonly Input[], before?: (index: number) => void): Outputs {
    this.tick++;
    this.now = now;
    this.outputs = newOutputs();
    this.undo.unlock();
    for (let i = 0; i < inputs.length && !this.isCalledOff; i++) {
      before?.(i);
      this.applyInput(inputs[i]!);
      markProgress();
    }
    before?.(inputs.length);
    this.hook = 'tick';
    if (!this.isCalledOff) this.game.tick?.(this.room);
    this.outputs.views = this.views.settle(this.tick);
    this.outputs.effects = this.outbox.takeFresh();
    if (this.calls.hasLateCode) this.undo.lock();
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
      state: this.memory.value,
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
      this.players.enter(PlayerRecord.restore(player, (id) => this.entities.get(id)));
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
    // The player has left with an earlier input, or was turned away: no client waits for an answer.
    if (!player) {
      if (input.kind === 'leave') this.forgetOutputs(input.player);
      return;
    }
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
    this.players.enter(player);
    const refusal = this.calls.join(player, this.outputs);
    if (!refusal) {
      player.settleView(this.tick);
      this.outputs.joined.push(id);
      return;
    }
    this.players.remove(id);
    const { turnedAway } = this.outputs;
    this.outputs.turnedAway = [...turnedAway, { player: id, ...refusal }];
    if (!this.game.match) return;
    this.isCalledOff = true;
    this.outputs.ended = refusal.text;
  }

  private settled({ n, accepted, balance }: Input & { kind: 'settled' }): void {
    const effect = this.outbox.settle(n);
    if (!effect) return;
    const { kind, player, item, amount } = effect;
    const settled = { n, kind, player, item, amount, accepted, balance };
    this.calls.settled(settled, this.outputs);
  }

  private leave(player: PlayerRecord): void {
    this.players.remove(player.id);
    this.forgetOutputs(player.id);
    this.calls.leave(player, this.outputs);
  }

  /** Drops what this batch would tell a player who leaves: a player who comes again in the same batch must
   *  not be told it. */
  private forgetOutputs(player: number): void {
    const { joined, answers, events, turnedAway } = this.outputs;
    this.outputs = {
      ...this.outputs,
      joined: joined.filter((id) => id !== player),
      answers: answers.filter((answer) => answer.player !== player),
      turnedAway: turnedAway.filter((one) => one.player !== player),
      events: events.filter((event) => event.player !== player),
    };
  }

  private command(player: PlayerRecord, input: Input & { kind: 'command' }): void {
    player.ledger.apply(input.seq);
    const answer = this.calls.command(player, input.name, input.args, this.outputs);
    if (answer.kind === 'result' && !input.call) return;
    this.settle(player, input.seq, answer);
  }

  private settle(player: PlayerRecord, seq: number, answer: Answer): void {
    player.ledger.keep(seq, answer);
    this.outputs.answers.push({ player: player.id, seq, answer });
  }
}
