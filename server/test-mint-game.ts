// A game for tests that gives each player gold to trade with.
import { defineGame, Type } from 'holdfast/game';

export default defineGame({
  name: 'mint',
  text: 'Puts gold into accounts.',
  ticksPerSecond: 20,
  playersMax: 100,
  items: ['gold'],
  entities: {},
  state: () => ({}),
  settled(room, effect) {
    const player = room.players.get(effect.player);
    if (player) room.send(player, 'settled', effect.balance);
  },
  commands: {
    mint: {
      args: Type.Object({ amount: Type.Integer({ minimum: 0 }) }),
      run: (room, player, { amount }) => room.bank.deposit(player, 'gold', amount),
    },
  },
});
