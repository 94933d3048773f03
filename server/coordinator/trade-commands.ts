// What the lobby's commands for trades take, and what they ask of the trade desk.

import { type Goods, isBot } from '../../protocol/index.ts';
import { type Static, Type } from '../../protocol/schema.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { TradeDesk, Traded } from './trade-desk.ts';

/** What of the lobby's world trades need. */
export interface TradeWorld {
  readonly sessions: Sessions;
  readonly trades: TradeDesk;
}

const goods = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]{0,39}$' }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  { maxProperties: 8, additionalProperties: false },
);
const number = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const tradeArgs = {
  offer: Type.Object({
    with: Type.Union([number, Type.String({ minLength: 1, maxLength: 24 })]),
    give: Type.Optional(goods),
    want: Type.Optional(goods),
  }),
  counter: Type.Object({ trade: number, give: Type.Optional(goods), want: Type.Optional(goods) }),
  confirm: Type.Object({ trade: number, version: number }),
  cancel: Type.Object({ trade: number }),
} as const;

export function offer(
  { sessions, trades }: TradeWorld,
  session: Session,
  args: Static<typeof tradeArgs.offer>,
): Traded {
  const give = amounts(args.give);
  const want = amounts(args.want);
  if (isNothing(give, want)) return ['TRADE_EMPTY'];
  const found = findPlayer(sessions, args.with);
  if (found.length > 1) return ['AMBIGUOUS_NAME', numbersOf(found)];
  const [other] = found;
  if (!other)
    return [isBotBeside(session, args.with) ? 'BOT_PLAYER' : 'UNKNOWN_PLAYER', String(args.with)];
  return trades.offer(session, other, give, want);
}

export function counter(
  { trades }: TradeWorld,
  session: Session,
  args: Static<typeof tradeArgs.counter>,
): Traded {
  const give = amounts(args.give);
  const want = amounts(args.want);
  return isNothing(give, want) ? ['TRADE_EMPTY'] : trades.counter(session, args.trade, give, want);
}

/** Players of one name that an answer names. */
const NUMBERS_SHOWN = 10;

/** A number is that of a session, which is also the player's in rooms. */
function findPlayer(sessions: Sessions, who: number | string): Session[] {
  if (typeof who === 'string') return sessions.named(who, NUMBERS_SHOWN);
  const session = sessions.byId(who);
  return session ? [session] : [];
}

/** Whether a bot has this number, or this name in a room of the session. */
function isBotBeside({ rooms }: Session, who: number | string): boolean {
  if (typeof who === 'number') return isBot(who);
  return [...rooms.values()].some((room) => room.hasBotNamed(who));
}

const numbersOf = (found: readonly Session[]): string => found.map(({ id }) => id).join(', ');

const amounts = (given: Goods = {}): Goods =>
  Object.fromEntries(Object.entries(given).filter(([, amount]) => amount > 0));

const isNothing = (give: Goods, want: Goods): boolean =>
  Object.keys(give).length + Object.keys(want).length === 0;
