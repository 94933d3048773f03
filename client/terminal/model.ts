// Everything that a picture is made from.
import type { Goods } from '../index.ts';
import type { AnyView } from './any-game/any-scene.ts';
import type { CaveMap } from './cave-map.ts';
import type { Feed } from './feed.ts';
import type { Keymap } from './keymap.ts';
import type { Scores } from './scores.ts';
import type { OpenTrade, Question } from './trading.ts';
import type { Waiting } from './waiting-scene.ts';
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
  /** Whether the terminal shows colours: without them tiles and cells are told apart by characters. */
  readonly hasColours: boolean;
  /** The game that is played, also before there is a room. */
  readonly game: string;
  readonly world: World | undefined;
  readonly map: CaveMap;
  /** In a game that this client does not know. */
  readonly any: AnyView;
  readonly keymap: Keymap;
  /** In Connect four: the column of the cursor, and how long the turn has lasted. */
  readonly four: { readonly column: number; readonly turnForMs: number };
  /** While there is no room because others have to come first. */
  readonly waiting: Waiting | undefined;
  readonly feed: Feed;
  /** Trades that are not over, the oldest first. */
  readonly trades: readonly OpenTrade[];
  /** What the player's account holds, once the lobby has said. */
  readonly owned: Goods | undefined;
  /** The offer that the player is asked to agree to. */
  readonly question: Question | undefined;
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
