// Whether an address may begin another session. Where there are as many as may be, a session that has
// only said hello makes place.
import type { ErrorCode } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { ClientLimits, Limited } from './client-limits.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface AdmissionWorld {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly limits: ClientLimits;
}

/** @param rival the session of the same account, which ends for the new one.
 *  @returns why not. */
export function refusalToBegin(
  world: AdmissionWorld,
  who: Omit<Limited, 'account'>,
  rival: Session | undefined,
): ErrorCode | undefined {
  const { config, sessions, limits } = world;
  if (!limits.mayBegin(who)) return 'ADDRESS_LIMIT';
  const { addressGroup: group } = who;
  // One of the same address makes place itself.
  const isSwap = rival !== undefined && rival.addressGroup === group;
  const count = group === undefined || isSwap ? 0 : sessions.ofAddress(group).size;
  if (count >= config.sessionsPerAddressMax && !evictOne(world, group)) {
    limits.reached('sessions', who);
    return 'ADDRESS_LIMIT';
  }
  if (rival || sessions.size < config.sessionsMax || evictOne(world)) return undefined;
  return 'SERVER_FULL';
}

/** @param group of addresses; undefined: of all.
 *  @returns false where every session has done more than say hello. */
function evictOne({ sessions, limits }: AdmissionWorld, group?: string): boolean {
  const session = sessions.dispensable(group);
  if (!session) return false;
  limits.reached('evicted', session);
  sessions.evict(session);
  return true;
}
