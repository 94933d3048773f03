// A game for tests in which players die and come back, and which greets them when they join.
import { defineGame, Type } from 'holdfast/game';

const place = { x: Type.Integer(), y: Type.Integer() };

export default defineGame({
  name: 'ghosts',
  text: 'Players die and come back.',
  ticksPerSecond: 20,
  playersMax: 100,
  world: { width: 900, height: 900, viewRadius: 30 },
  entities: { body: { x: 'i16', y: 'i16', owner: 'u32' } },
  state: () => ({ newcomers: [] as number[] }),
  join(room, player) {
    room.send(player, 'greeting', 'to you');
    room.broadcast('greeting', 'to all');
    room.state.newcomers.push(player.id);
    return room.entities.body.add({ x: 10, y: 10, owner: player.id });
  },
  tick(room) {
    for (const id of room.state.newcomers.splice(0)) {
      const player = room.players.get(id);
      if (player) room.send(player, 'greeting', 'from the tick');
    }
  },
  commands: {
    walk: {
      args: Type.Object(place),
      run: (_, player, { x, y }) => void Object.assign(player.avatar ?? {}, { x, y }),
    },
    die: {
      args: Type.Object({}),
      run(room, player) {
        const body = room.entities.body.get(player.avatar?.id ?? 0);
        if (body) room.entities.body.remove(body);
      },
    },
    respawn: {
      args: Type.Object(place),
      run(room, player, { x, y }) {
        room.setAvatar(player, room.entities.body.add({ x, y, owner: player.id }));
      },
    },
    watch: { args: Type.Object({}), run: (room, player) => room.look(player, 'all') },
  },
});
