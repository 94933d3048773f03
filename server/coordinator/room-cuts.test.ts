// A guard may stop game code anywhere, in the middle of what the room's own tables do: neither that room nor
// any other may be another for it than its journal says.
import { describe, expect, it } from 'vitest';
import { type Game, type Room as GameRoom, type Player, Type } from '../games/game.ts';
import type { FakeLink } from './fake-link.ts';
import { tally } from './test-game.ts';
import { HangWorld, until } from './test-hangs.ts';

/** Less than many steps take, so that they are stopped wherever they are by then. */
const LIMIT_MS = 1;
const AMPLE_MS = 5000;
const ROOMS = 8;
const COMMANDS = 40;

const busy = {
  ...tally,
  name: 'busy',
  ticksPerSecond: 60,
  commands: {
    work: {
      args: Type.Object({ turns: Type.Integer() }),
      run(room: GameRoom, player: Player, { turns }: { turns: number }) {
        const token = player.avatar as unknown as { count: number; x: number };
        const { sign } = room.entities;
        for (let i = 0; i < turns; i++) {
          token.count = (token.count + 1) % 1000;
          token.x = room.random.integer(0, 89);
          const added = sign!.add({ text: `${i}` });
          if (i % 3 !== 0) sign!.remove(added);
          (room.state as { applied: string[] }).applied[i % 50] = `${player.id} ${i}`;
        }
        room.broadcast('worked', { turns });
        return token.count;
      },
    },
  },
} as unknown as Game;

describe('Game code that is stopped at any point', () => {
  it('leaves each room as its journal says, and each command is answered once', async () => {
    const world = new HangWorld({ stepMsMax: AMPLE_MS }, [busy]);
    const players: { link: FakeLink; room: number; send: (seq: number) => void }[] = [];
    for (let i = 0; i < ROOMS; i++) {
      const room = await world.open('busy');
      const { link, session } = await world.joined(room);
      // Some rooms do little, some hang now and then, and some again and again.
      const turns = (seq: number) => (i % 4 === 0 ? 2 : seq % (3 + i) === 0 ? 200 * i : 5 * i);
      const send = (seq: number) => world.send(room, session, seq, 'work', { turns: turns(seq) });
      players.push({ link, room: room.id, send });
    }
    let seq = 0;
    const sending = setInterval(() => {
      seq++;
      // Now and then: under a full machine every room would be at fault otherwise.
      world.limit(seq % 4 === 0 ? LIMIT_MS : AMPLE_MS);
      for (const { send } of players) send(seq);
      if (seq === COMMANDS) clearInterval(sending);
    }, 20);
    const answersOf = (link: FakeLink): number[] =>
      [...link.of('result'), ...link.of('rejected')].map(({ seq }) => seq);
    const isOver = ({ link }: { link: FakeLink }) =>
      link.of('left').length > 0 || answersOf(link).length === COMMANDS;
    await until(() => players.every(isOver));
    await world.finish();
    const outcomes = await Promise.all(
      ['repeated', 'skipped', 'quarantined'].map((of) => world.hangs(of)),
    );
    expect(outcomes.reduce((sum, of) => sum + of)).toBeGreaterThan(0);
    const living = players.filter(({ link }) => link.of('left').length === 0);
    expect(living.length).toBeGreaterThan(0);
    for (const { link, room } of living) {
      expect(answersOf(link).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: COMMANDS }, (_, i) => i + 1),
      );
      expect(world.isAsWritten(room)).toBe(true);
    }
  });
});
