// How many places in rooms the players of one address may have together; a match that is waited for
// counts as one.
import type { Config } from '../config.ts';
import type { ClientLimits } from './client-limits.ts';
import type { Matchmaking } from './matchmaking.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface PlaceWorld {
  readonly config: Config;
  readonly sessions: Pick<Sessions, 'ofAddress'>;
  readonly matchmaking: Pick<Matchmaking, 'waitsOf'>;
  readonly limits: Pick<ClientLimits, 'reached'>;
}

/** @returns whether the session may have one place more. They are counted when they are asked for: one
 *  address has a bounded number of sessions, and a count that is kept could drift. */
export function hasPlaceLeft(world: PlaceWorld, session: Session): boolean {
  const { config, sessions, matchmaking, limits } = world;
  if (session.addressGroup === undefined) return true;
  let places = 0;
  for (const one of sessions.ofAddress(session.addressGroup)) {
    places += one.rooms.size + matchmaking.waitsOf(one);
  }
  if (places < config.placesPerAddressMax) return true;
  limits.reached('places', session);
  return false;
}
