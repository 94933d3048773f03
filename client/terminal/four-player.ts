// Plays Connect four for the keys: where the cursor is, and what each key sends.
import type { RoomView } from '../index.ts';
import { COLUMNS, type Four, fourOf } from './four.ts';
import type { FourAction } from './keymap.ts';

export class FourPlayer {
  /** The column over which one is. */
  column = Math.floor(COLUMNS / 2);
  private turn = '';
  private turnSinceMs = 0;

  /** @throws {ClientError} where nothing can be sent. */
  act(action: FourAction, room: RoomView): void {
    const four = fourOf(room);
    if (!four) return;
    const isOver = four.board.turn === 0;
    switch (action.do) {
      case 'move':
        this.column = (this.column + action.by + COLUMNS) % COLUMNS;
        return;
      case 'drop':
        if (!isOver) this.drop(action.column ?? this.column, room);
        else if (action.column === undefined) playOn(four, room);
        return;
      case 'claim':
        room.send('claim');
        return;
      case 'nextOpponent':
        // Leaving a game that is on would lose it: that is for Q.
        if (isOver) void room.leave();
        return;
      default:
        action satisfies never;
    }
  }

  /** How long the turn has lasted, as this player has seen it. */
  turnForMs(room: RoomView | undefined, nowMs: number): number {
    const board = fourOf(room)?.board;
    const turn = `${room?.number} ${board?.games} ${board?.turn} ${board?.cells}`;
    if (turn !== this.turn) {
      this.turn = turn;
      this.turnSinceMs = nowMs;
    }
    return nowMs - this.turnSinceMs;
  }

  private drop(column: number, room: RoomView): void {
    this.column = column;
    room.send('drop', { column });
  }
}

/** With the same opponent, or, where there is none any more, with another. */
function playOn({ other }: Four, room: RoomView): void {
  if (other) room.send('again');
  else void room.leave();
}
