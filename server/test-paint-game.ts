// A right game, of which the mistakes of game authors are made.

export interface Mistake {
  readonly mistake: string;
  /** By path in the author's folder; `paint.ts` is the game where no other is named. */
  readonly files: Readonly<Record<string, string>>;
  /** As given to `--game`, one or several. */
  readonly load?: readonly string[];
  /** `~` stands for the author's folder. */
  readonly says: string;
}

export const IMPORT = "import { defineGame, hidden, refuse, Type } from 'holdfast/game';";

/** A game without a mistake. Each of its keys begins a line, so that a test can replace the line. */
export const PAINT = `${IMPORT}
export default defineGame({
  name: 'paint',
  text: 'Paint the floor.',
  ticksPerSecond: 10,
  playersMax: 4,
  world: { width: 32, height: 32, viewRadius: 8 },
  entities: {
    painter: { x: 'u8', y: 'u8', name: 'string', speed: 'f32' },
  },
  state: () => ({ painted: 0 }),
  join: (room, player) => room.entities.painter.add({ name: player.name }),
  commands: {
    go: {
      args: Type.Object({}),
      run(room, player, args) {
        room.state.painted++;
      },
    },
  },
});
`;

/** The right game with one text in the place of another. */
export function paint(from: string, to: string): string {
  if (!PAINT.includes(from)) throw new Error(`the game has no ${from}`);
  return PAINT.replace(from, () => to);
}

/** The line of the right game that gives its first state. */
export const STATE = '  state: () => ({ painted: 0 }),';
