// A game for tests that keeps its process busy for as long as it is asked to.
import { defineGame, Type } from 'holdfast/game';

/** Time on a processor: a machine that is busy makes the work longer, not more. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

export default defineGame({
  name: 'busy',
  text: 'Computes as long as it is asked to.',
  ticksPerSecond: 0,
  playersMax: 10,
  entities: {},
  state: () => ({ worked: 0 }),
  commands: {
    work: {
      args: Type.Object({ ms: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
      run(room, _player, { ms }) {
        for (const end = cpuMs() + ms; cpuMs() < end; );
        return ++room.state.worked;
      },
    },
  },
});
