// Connect four: drop discs into columns; four of your colour in a row, upright or aslant win, and a
// trophy is put on your account. A full board is a draw. Who leaves loses, and who takes too long, if
// the other claims the game. Another begins when both want it, with the other first.
import { defineGame, type Player, type Room, refuse, Type } from './game.ts';

const COLUMN = 7;
const EMPTY = `${' '.repeat(6)}\n`.repeat(7);
const TURN_MS = 60_000;

const entities = {
  /** A player. `colour`: 1 is red, 2 is yellow. `again`: wants another game. */
  seat: { player: 'u32', name: 'string', colour: 'u8', wins: 'u16', again: 'bool' },
  /** There is one. `cells`: seven columns of six from the left, each from the bottom and with a line
   *  feed: a colour, or a space that is free. `turn`: the colour whose it is, 0 when the game is
   *  over; since `turnAt`, in ms since 1970. `winner`: a colour, 0 in a draw. `games`: begun. */
  board: { cells: 'string', turn: 'u8', turnAt: 'f64', winner: 'u8', games: 'u16' },
} as const;
type FourRoom = Room<typeof entities, null>;
const boardOf = (room: FourRoom) => [...room.entities.board][0]!;
const seatOf = (room: FourRoom, { avatar }: Player) => room.entities.seat.get(avatar!.id)!;
const otherThan = (colour: number) => 3 - colour;

/** Four of a colour in a column, aslant, in a row: with as much between each and the next. */
const fours = [0, 5, 6, 7].map((gap) => new RegExp(`([12])(.{${gap}}\\1){3}`, 's'));

function begin(room: FourRoom): void {
  for (const seat of room.entities.seat) seat.again = false;
  const board = boardOf(room);
  const turn = 1 + (board.games % 2);
  Object.assign(board, { cells: EMPTY, turn, turnAt: room.now, winner: 0, games: board.games + 1 });
}

function finish(room: FourRoom, winner: number): void {
  Object.assign(boardOf(room), { turn: 0, turnAt: room.now, winner });
  const seat = [...room.entities.seat].find(({ colour }) => colour === winner);
  if (!seat) return;
  seat.wins++;
  room.bank.deposit(room.players.get(seat.player)!, 'trophy', 1);
}

export default defineGame({
  name: 'connect-four',
  text: 'Two players drop discs: four of a colour in a row win.',
  ticksPerSecond: 0,
  playersMax: 2,
  match: { players: 2 },
  items: ['trophy'],
  entities,
  state: () => null,
  about: () => ({ turnMs: TURN_MS, rules: 'Four of your colour in a row, upright or aslant win.' }),
  create: (room) => void room.entities.board.add({ cells: EMPTY }),
  join(room, { id, name }) {
    const colour = room.entities.seat.size + 1;
    const seat = room.entities.seat.add({ player: id, name, colour });
    if (colour === 2) begin(room);
    return seat;
  },
  leave(room, player) {
    const seat = seatOf(room, player);
    if (boardOf(room).turn > 0) finish(room, otherThan(seat.colour));
    room.entities.seat.remove(seat);
  },
  commands: {
    drop: {
      args: Type.Object({ column: Type.Integer({ minimum: 0, maximum: 6 }) }),
      run(room, player, { column }) {
        const board = boardOf(room);
        const { colour } = seatOf(room, player);
        if (board.turn === 0) refuse('GAME_OVER', 'The game is over: ask for another.');
        if (board.turn !== colour) refuse('NOT_YOUR_TURN', 'It is not your turn.');
        const at = board.cells.slice(0, (column + 1) * COLUMN).indexOf(' ', column * COLUMN);
        if (at < 0) refuse('COLUMN_FULL', 'This column is full: choose another.');
        board.cells = `${board.cells.slice(0, at)}${colour}${board.cells.slice(at + 1)}`;
        if (fours.some((line) => line.test(board.cells))) finish(room, colour);
        else if (!board.cells.includes(' ')) finish(room, 0);
        else Object.assign(board, { turn: otherThan(colour), turnAt: room.now });
      },
    },
    claim: {
      args: Type.Object({}),
      run(room, player) {
        const { turn, turnAt } = boardOf(room);
        const { colour } = seatOf(room, player);
        const isLate = turn === otherThan(colour) && room.now - turnAt >= TURN_MS;
        if (!isLate) refuse('NOT_LATE', 'The other still has time.');
        finish(room, colour);
      },
    },
    again: {
      args: Type.Object({}),
      run(room, player) {
        if (boardOf(room).turn > 0) refuse('GAME_ON', 'The game is still on.');
        if (room.players.size < 2) refuse('ALONE', 'The other has left.');
        seatOf(room, player).again = true;
        if ([...room.entities.seat].every(({ again }) => again)) begin(room);
      },
    },
  },
});
