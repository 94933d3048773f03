// A trade as one of its two players is told of it.
import { type ErrorCode, errorTable, sentence, type TradeView } from '../../protocol/index.ts';
import type { WrittenTrade } from '../store/index.ts';
import { sideOf, type Trade, TradeState } from './trades.ts';

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
