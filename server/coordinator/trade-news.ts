// What became of trades lately, for those who may have missed it while they were away.
import { performance } from 'node:perf_hooks';
import type { WrittenTrade } from '../store/index.ts';
import type { Session } from './session.ts';

/** Who comes back is told again what was said when nobody knew yet that the connection was lost. */
const MISSED_MS = 10_000;
/** News are kept for so long; older trades can be asked for. */
export const NEWS_MS = 60_000;

interface News {
  readonly written: WrittenTrade;
  readonly since: number;
}

export class TradeNews {
  /** By account, the oldest first. */
  private readonly byAccount = new Map<string, News[]>();

  add(written: WrittenTrade): void {
    const since = performance.now();
    for (const { account } of written.parties) {
      const news = this.byAccount.get(account);
      if (news) news.push({ written, since });
      else this.byAccount.set(account, [{ written, since }]);
    }
  }

  /** What the session, which is attached again, may not have been told. */
  missedBy({ account, detachedAt }: Session): WrittenTrade[] {
    const news = this.byAccount.get(account) ?? [];
    return news
      .filter(({ since }) => since >= detachedAt - MISSED_MS)
      .map(({ written }) => written);
  }

  /** Forgets what is old. Called several times a second. */
  beat(): void {
    const now = performance.now();
    for (const [account, news] of this.byAccount) {
      const kept = news.filter(({ since }) => now - since < NEWS_MS);
      if (kept.length === 0) this.byAccount.delete(account);
      else if (kept.length < news.length) this.byAccount.set(account, kept);
    }
  }
}
