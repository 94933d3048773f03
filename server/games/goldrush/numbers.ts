// The numbers of the rules: each is written here once, and the README's table is made from it.

interface NumberRow {
  readonly value: number;
  readonly unit: string;
  readonly text: string;
}

const row = (value: number, unit: string, text: string): NumberRow => ({ value, unit, text });

export const numberTable = {
  worldTiles: row(256, 'tiles', 'Width and height of the cave.'),
  viewTiles: row(24, 'tiles', 'How far a player sees, at least.'),
  ticksPerSecond: row(20, 'ticks/s', 'How often the world moves.'),
  playersMax: row(2000, 'players', 'Miners in one cave.'),
  chunkTiles: row(8, 'tiles', 'Width and height of a chunk of the map.'),
  bankRows: row(4, 'rows', 'Banks stand in so many rows, and as many in each row.'),

  goldTotal: row(6000, 'gold', 'The gold in a new cave.'),
  pileBesideBank: row(2, 'gold', 'The largest pile that a find beside a bank can be.'),
  pileTilesPerPiece: row(6, 'tiles', 'So much further from a bank, the largest find is 1 larger.'),
  scatterTiles: row(2, 'tiles', 'How far dropped gold scatters.'),
  scatterPilesMax: row(6, 'piles', 'Into how many piles dropped gold falls at most.'),

  stepTicks: row(3, 'ticks', 'A step of a miner without gold.'),
  stepTicksMax: row(6, 'ticks', 'A step of a heavily laden miner.'),
  goldPerStepTick: row(40, 'gold', 'So much carried makes each step a tick longer.'),
  bowTicks: row(12, 'ticks', 'From one shot to the next.'),
  arrowTilesPerTick: row(2, 'tiles/tick', 'The speed of an arrow.'),
  arrowRangeTiles: row(16, 'tiles', 'How far an arrow flies.'),
  lossParts: row(2, 'parts', 'A hit miner drops one part in so many of the gold, rounded up.'),
  stunTicks: row(20, 'ticks', 'How long a hit miner can do nothing.'),
  protectedTicks: row(60, 'ticks', 'How long a miner is protected after that, or after joining.'),
  joinClearTiles: row(12, 'tiles', 'A newcomer starts with no miner so near, where there is room.'),
  joinTries: row(8, 'places', 'How many places are looked at for that.'),

  ratsMax: row(40, 'rats', 'Rats in the cave.'),
  ratStepTicks: row(5, 'ticks', 'A step of a rat.'),
  ratFleeStepTicks: row(4, 'ticks', 'A step of a rat in flight.'),
  ratSightTiles: row(6, 'tiles', 'How far a rat sees gold and miners.'),
  ratWakeTiles: row(24, 'tiles', 'A rat without a miner so near sleeps.'),
  ratSleepTicks: row(20, 'ticks', 'How often a sleeping rat looks up.'),
  ratGoldMax: row(30, 'gold', 'What a rat can carry.'),
  ratBirthTicks: row(200, 'ticks', 'How often a rat is born while some are missing.'),

  groundGold: row(3000, 'gold', 'With less than this on the ground, banks take upkeep.'),
  upkeepTicks: row(20, 'ticks', 'How often upkeep is taken and the treasury rains.'),
  upkeepParts: row(
    30,
    'parts',
    'Upkeep is one part in so many of what is missing; so is the rain.',
  ),

  rankTicks: row(40, 'ticks', 'How often ranks are counted again.'),
  topPlaces: row(10, 'places', 'How many miners `scores` lists.'),
} as const satisfies Record<string, NumberRow>;

type Numbers = { readonly [N in keyof typeof numberTable]: number };

export const numbers = Object.fromEntries(
  Object.entries(numberTable).map(([name, { value }]) => [name, value]),
) as Numbers;
