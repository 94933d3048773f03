// A transaction of a room: all that one call of game code changes stays, or none of it does.
import type { Outputs } from './outputs.ts';
import type { RoomEntities } from './room-entities.ts';
import type { RoomMemory } from './room-memory.ts';
import type { UndoLog } from './undo-log.ts';

export class Transaction {
  private readonly undo: UndoLog;
  private readonly memory: RoomMemory;
  private readonly entities: RoomEntities;
  private outputs!: Outputs;
  private events = 0;
  private ended: string | undefined;

  constructor(undo: UndoLog, memory: RoomMemory, entities: RoomEntities) {
    this.undo = undo;
    this.memory = memory;
    this.entities = entities;
  }

  /** @param outputs that the game code adds to. */
  begin(outputs: Outputs): void {
    this.outputs = outputs;
    this.events = outputs.events.length;
    this.ended = outputs.ended;
    this.undo.begin();
    this.memory.begin();
  }

  /** @throws {StateError} where a state that is checked here holds what cannot be written down: roll back then. */
  commit(): void {
    this.memory.check();
    this.undo.commit();
  }

  /** @param anew the memory gets new objects: code that still runs has the old ones. */
  rollback(anew = false): void {
    if (this.undo.rollback()) this.entities.undone();
    this.memory.rollback(anew);
    this.outputs.events.length = this.events;
    this.outputs.ended = this.ended;
  }

  /** To be called before its end.
   *  @returns what game code has changed by references to the memory that it kept from an earlier call. */
  staleChanges(): readonly string[] {
    return this.memory.staleChanges();
  }

  /** @returns what has changed so far, in the words of the game's author. */
  changes(): string[] {
    const { outputs } = this;
    return [
      ...this.undo.describe(),
      ...this.memory.changes(),
      ...outputs.events.slice(this.events).map(({ name }) => `event ${name} sent`),
      ...(outputs.ended === this.ended ? [] : ['room.end called']),
    ];
  }
}
