// Everything that a picture is made from.
import type { CaveMap } from './cave-map.ts';
import type { Feed } from './feed.ts';
import type { Scores } from './scores.ts';
import type { World } from './world.ts';

export enum Overlay {
  /** The game alone. */
  None,
  /** The keys and the rules. */
  Help,
  /** The table of the best. */
  Scores,
}

export interface Model {
  readonly nowMs: number;
  readonly world: World | undefined;
  readonly map: CaveMap;
  readonly feed: Feed;
  /** What stands over the picture. */
  readonly notice: string | undefined;
  readonly overlay: Overlay;
  /** Undefined before they were asked for; a sentence where the game has none. */
  readonly scores: Scores | string | undefined;
  /** The line that is being typed. */
  readonly typing: string | undefined;
  readonly rttMs: number | undefined;
  readonly worker: number | undefined;
  /** Players in this room. */
  readonly players: number | undefined;
  /** Sessions on the server. */
  readonly online: number | undefined;
}
