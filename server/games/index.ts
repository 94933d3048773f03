// The door of games/ for the server: the games that ship, and the check that every game must pass.
import connectFour from './connect-four.ts';
import type { Game } from './game.ts';
import goldrush from './goldrush/index.ts';

export { checkGame } from './check-game.ts';
/** What authors import, by name. */
export * as gameModule from './game.ts';
export {
  type Bank,
  type Bots,
  type Effect,
  type Entities,
  type Entity,
  type FieldSpec,
  type Game,
  type KindSpec,
  type KindSpecs,
  type Look,
  type MigratedRoom,
  type OldEntity,
  type OldRoom,
  type Player,
  type PoolFunction,
  type Random,
  Refusal,
  type Room,
  type SettledEffect,
} from './game.ts';
export { nearName } from './near-name.ts';
export { classOf, isObject, type Problem, shown, shownName } from './problem.ts';

/** Loaded where no game is named. */
export const shippedGames: readonly Game[] = [goldrush, connectFour];
