// Calls a game's commands and hooks. Each call is a transaction: where it refuses or fails, all that it has
// changed in the room is taken back.
import { type ErrorCode, errorTable, sentence } from '../../protocol/index.ts';
import { type Entity, type Game, Refusal, type Room, type SettledEffect } from '../games/index.ts';
import { type Answer, refused, result } from './answer.ts';
import { type CompiledCommand, compiledCommands } from './compiled-commands.ts';
import type { Failure, Outputs, TurnedAway } from './outputs.ts';
import { copyOfPlain, plainValue } from './plain-value.ts';
import type { PlayerRecord } from './player-record.ts';
import type { RoomEntities } from './room-entities.ts';
import type { Transaction } from './transaction.ts';

export interface GameCallsOptions {
  readonly game: Game;
  readonly room: Room;
  readonly entities: RoomEntities;
  readonly transaction: Transaction;
}

export class GameCalls {
  /** Whether the outputs have what is legal and yet a mistake: `undone` and `stale`. */
  reportsMistakes = false;
  /** A call has returned a promise: its code may go on between the batches. */
  hasLateCode = false;
  private readonly game: Game;
  private readonly room: Room;
  private readonly entities: RoomEntities;
  private readonly transaction: Transaction;
  private readonly commands: ReadonlyMap<string, CompiledCommand>;

  constructor({ game, room, entities, transaction }: GameCallsOptions) {
    this.game = game;
    this.room = room;
    this.entities = entities;
    this.transaction = transaction;
    this.commands = compiledCommands(game);
  }

  command(player: PlayerRecord, name: string, given: unknown, outputs: Outputs): Answer {
    const command = this.commands.get(name);
    if (!command) {
      const known = [...this.commands.keys()].join(', ');
      return refused('UNKNOWN_COMMAND', `it has ${known}`);
    }
    const args = given ?? {};
    if (!command.accepts(args)) {
      return refused('BAD_ARGUMENTS', command.explain(args));
    }
    this.transaction.begin(outputs);
    try {
      const value = plainValue(this.notLate(command.run(this.room, player, args)) ?? null);
      // The game may go on changing what it gave; the answer is kept as it is now.
      const answer = result(copyOfPlain(value));
      this.commit(outputs, 'command', player.id, name);
      return answer;
    } catch (error) {
      const of = { part: 'command', player: player.id, command: name } as const;
      const refusal = this.failed(error, of, outputs);
      return refusal ? { kind: 'rejected', ...refusal } : refused('GAME_ERROR');
    }
  }

  /** Gives the player an avatar.
   *  @returns why the player has no place. */
  join(player: PlayerRecord, outputs: Outputs): Omit<TurnedAway, 'player'> | undefined {
    this.transaction.begin(outputs);
    try {
      const avatar = this.notLate(this.game.join?.(this.room, player));
      this.room.setAvatar(player, avatar as Entity | undefined);
      this.commit(outputs, 'join', player.id);
      return undefined;
    } catch (error) {
      const refusal = this.failed(error, { part: 'join', player: player.id }, outputs);
      const { name } = this.game;
      return refusal ?? { code: 'GAME_ERROR', text: sentence('GAME_ERROR', name) };
    }
  }

  /** The player is gone, whatever the game does: where it fails, the avatar is removed here. */
  leave(player: PlayerRecord, outputs: Outputs): void {
    this.transaction.begin(outputs);
    try {
      this.notLate(this.game.leave?.(this.room, player));
      this.commit(outputs, 'leave', player.id);
    } catch (error) {
      this.mustNotRefuse(error, { part: 'leave', player: player.id }, outputs);
      if (player.avatar) this.entities.remove(player.avatar);
    }
  }

  /** The effect is settled, whatever the game does. */
  settled(effect: SettledEffect, outputs: Outputs): void {
    this.transaction.begin(outputs);
    try {
      this.notLate(this.game.settled?.(this.room, effect));
      this.commit(outputs, 'settled', effect.player);
    } catch (error) {
      const of = { part: 'settled', player: effect.player, effect } as const;
      this.mustNotRefuse(error, of, outputs);
    }
  }

  private commit(outputs: Outputs, part: Failure['part'], player: number, command?: string): void {
    if (this.reportsMistakes)
      this.noteStale({ part, player, ...(command ? { command } : {}) }, outputs);
    this.transaction.commit();
  }

  private noteStale(of: Omit<Failure, 'error'>, { stale }: Outputs): void {
    const changes = this.transaction.staleChanges();
    if (changes.length > 0) stale.push({ ...of, changes });
  }

  /** Takes back what the call has changed.
   *  @returns the refusal; undefined for a failure, which is for the log. */
  private failed(
    error: unknown,
    of: Omit<Failure, 'error'>,
    outputs: Outputs,
  ): { readonly code: string; readonly text: string } | undefined {
    const { undone, failures } = outputs;
    if (this.reportsMistakes) this.noteStale(of, outputs);
    const changes = this.reportsMistakes ? this.transaction.changes() : [];
    this.transaction.rollback(error instanceof LateCodeError);
    if (!(error instanceof Refusal) || isFatal(error.code)) {
      failures.push({ ...of, error: error instanceof Refusal ? fatalCode(error) : error });
      return undefined;
    }
    if (changes.length > 0) undone.push({ ...of, changes });
    return { code: error.code, text: error.message };
  }

  private mustNotRefuse(error: unknown, of: Omit<Failure, 'error'>, outputs: Outputs): void {
    const refusal = this.failed(error, of, outputs);
    if (refusal) outputs.failures.push({ ...of, error: new Error(NO_REFUSAL, { cause: error }) });
  }

  /** @throws {LateCodeError} for a promise: a room waits for none. */
  private notLate(value: unknown): unknown {
    if (typeof (value as PromiseLike<unknown> | undefined | null)?.then !== 'function')
      return value;
    this.hasLateCode = true;
    // Unhandled, its rejection would end the process.
    if (value instanceof Promise) value.catch(() => {});
    throw new LateCodeError();
  }
}

/** A client that is told such a code believes that its connection ends. */
const isFatal = (code: string): boolean =>
  Object.hasOwn(errorTable, code) && errorTable[code as ErrorCode].fatal;

const fatalCode = (cause: Refusal): Error =>
  new RangeError(
    `refuse took ${cause.code}, with which the server closes connections: choose another code`,
    { cause },
  );

const NO_REFUSAL = 'only commands and `join` can refuse';

class LateCodeError extends TypeError {
  constructor() {
    super(
      'it returned a promise: commands and hooks must not be async, as a room waits for nothing; what takes ' +
        'longer belongs into `prepare` or `bots`',
    );
  }
}
