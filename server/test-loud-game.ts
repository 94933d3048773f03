// A game for tests that says very much: more than a client that does not read can be sent.
import { defineGame, Type } from 'holdfast/game';

const LINES = 60;
const text = (tick: number) => String(tick % 10).repeat(1000);

export default defineGame({
  name: 'loud',
  text: 'Changes sixty kilobytes in each tick.',
  ticksPerSecond: 20,
  playersMax: 10,
  entities: { line: { text: 'string', tick: 'u32' } },
  state: () => ({ shouts: 0 }),
  create(room) {
    for (let i = 0; i < LINES; i++) room.entities.line.add({ text: text(0) });
  },
  tick(room) {
    for (const line of room.entities.line) {
      line.text = text(room.tick);
      line.tick = room.tick;
    }
  },
  commands: {
    shout: {
      args: Type.Object({ kilobytes: Type.Integer({ minimum: 1, maximum: 1000 }) }),
      run(room, _player, { kilobytes }) {
        room.state.shouts++;
        room.broadcast('shout', 'x'.repeat(kilobytes * 1000));
      },
    },
  },
});
