// Who has banked most: ranks, counted again now and then, and the list of the best.
import type { GoldrushRoom, Miner } from './kinds.ts';
import { numbers } from './numbers.ts';

interface Score {
  readonly banked: number;
  readonly carried: number;
}

export interface Scores {
  /** Best first, as ranks were last counted. */
  readonly top: readonly (Score & { readonly name: string })[];
  /** `place` is 0 for who had nothing banked. */
  readonly own: Score & { readonly place: number };
}

/** Counts ranks when it is time, of all but bots. Only those are set that have changed. */
export function tickRanking(room: GoldrushRoom): void {
  if (room.tick % numbers.rankTicks !== 0) return;
  const ranked: Miner[] = [];
  for (const miner of room.entities.miner) {
    const isBot = room.players.get(miner.player)?.isBot === true;
    if (miner.banked > 0 && !isBot) ranked.push(miner);
    else miner.rank = 0;
  }
  // Equals stay in the order of their ids: the sort is stable.
  ranked.sort((a, b) => b.banked - a.banked);
  ranked.forEach((miner, i) => {
    const before = ranked[i - 1];
    miner.rank = before?.banked === miner.banked ? before.rank : i + 1;
  });
  room.state.top = ranked.slice(0, numbers.topPlaces).map((miner) => miner.id);
}

/** The best as ranks were last counted, with what they have now, and the asker's own place. */
export function scores(room: GoldrushRoom, miner: Miner): Scores {
  const top = room.state.top
    .map((id) => room.entities.miner.get(id))
    .filter((best) => best !== undefined)
    .map(({ name, banked, gold }) => ({ name, banked, carried: gold }));
  return { top, own: { place: miner.rank, banked: miner.banked, carried: miner.gold } };
}
