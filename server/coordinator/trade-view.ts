// A trade as one of its two players is told of it: in events, and in the lobby's answers.
import { type ErrorCode, errorTable, sentence } from '../../protocol/index.ts';
import type { WrittenTrade } from '../store/index.ts';
import { type Goods, sideOf, type Trade, TradeState } from './trades.ts';

/** `open`: there is an offer; `confirmed`: both have confirmed it, and it is being made; `done`: it
 *  is made, and the disk has it; `ended`: nothing was swapped, `code` and `text` say why. */
export interface TradeView {
  readonly trade: number;
  readonly state: 'open' | 'confirmed' | 'done' | 'ended';
  readonly with: string;
  /** What the one who is told gives, and what he gets for it. */
  readonly give: Goods;
  readonly want: Goods;
  readonly code?: ErrorCode;
  readonly text?: string;
  /** Of one that is not over: the other's number. */
  readonly player?: number;
  /** What `confirm` has to name; grows with each offer of the trade. */
  readonly version?: number;
  /** Whether the one who is told made the present offer, and who has confirmed it. */
  readonly own?: boolean;
  readonly confirmed?: boolean;
  readonly otherConfirmed?: boolean;
  /** When it ends without a word of either, in ms from now. */
  readonly endsMs?: number;
  /** Of one that is over: when that was, in ms since 1970. */
  readonly at?: number;
}

/** A trade that is not over. */
export function viewOf(trade: Trade, session: number, now: number): TradeView {
  const side = sideOf(trade, session);
  const other = side === 0 ? 1 : 0;
  return {
    trade: trade.id,
    state: trade.state === TradeState.Open ? 'open' : 'confirmed',
    with: trade.parties[other].name,
    give: trade.gives[side],
    want: trade.gives[other],
    player: trade.parties[other].session,
    version: trade.version,
    own: trade.by === side,
    confirmed: trade.confirmed[side],
    otherConfirmed: trade.confirmed[other],
    endsMs: Math.max(0, Math.round(trade.deadline - now)),
  };
}

/** One that is over, as the holder of the account sees it. */
export function viewOfWritten(
  { trade, state, at, parties }: WrittenTrade,
  account: string,
): TradeView {
  const [own, other] = parties[0].account === account ? parties : parties.toReversed();
  const about = { trade, with: other!.name, give: own!.gives, want: other!.gives, at };
  if (state === 'done') return { ...about, state: 'done' };
  // One whose end could not be written down is known as open only.
  const code = Object.hasOwn(errorTable, state) ? (state as ErrorCode) : 'TRADES_UNAVAILABLE';
  return { ...about, state: 'ended', code, text: sentence(code) };
}
