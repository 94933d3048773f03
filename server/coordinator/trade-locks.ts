// Which trade has which accounts to itself: a lock for each account, always asked for in one order.
import { type Reply, type Request, SyncState } from './sync/index.ts';

/** Nothing here has a timeout or a lease: trades have a deadline of their own. */
const NOW = 0;
/** The requests of a trade: it opens both locks, and asks for the first, then for the second. */
const [OPEN_FIRST, OPEN_SECOND, FIRST, SECOND] = [1, 2, 3, 4];

/** Sessions hold the locks of their accounts for as long as they live; these are beside them, and
 *  one trade has them from when both players have confirmed until the disk has what came of it.
 *  Every trade asks in the order of the accounts' ids, so no circle of waiters can close. */
export class TradeLocks {
  private readonly sync = new SyncState({
    limits: { objectsMax: Number.POSITIVE_INFINITY, waitersMax: Number.POSITIVE_INFINITY },
  });
  private readonly seconds = new Map<number, string>();

  /** Whether any trade has an account, or waits for one. */
  get isIdle(): boolean {
    const { owners, objects } = this.sync.counts;
    return owners + objects === 0;
  }

  /** Lets a trade have both accounts, or wait behind those that have them. Once for each trade.
   *  @returns the trade, if it has both now. */
  take(trade: number, accounts: readonly [string, string]): number[] {
    const [first, second] = accounts.toSorted() as [string, string];
    const owner = ownerOf(trade);
    this.seconds.set(trade, second);
    this.sync.apply(NOW, { kind: 'attach', owner, received: 0 });
    this.sync.apply(NOW, open(owner, OPEN_FIRST, first));
    this.sync.apply(NOW, open(owner, OPEN_SECOND, second));
    return this.granted(this.sync.apply(NOW, acquire(owner, FIRST, first)));
  }

  /** The trade needs no account any more, whether it had both, waited, or never asked.
   *  @returns trades that have both of theirs now. */
  free(trade: number): number[] {
    this.seconds.delete(trade);
    return this.granted(this.sync.apply(NOW, { kind: 'gone', owner: ownerOf(trade) }));
  }

  private granted(replies: readonly Reply[]): number[] {
    const owners: number[] = [];
    const open = [...replies];
    for (let reply = open.shift(); reply; reply = open.shift()) {
      if (reply.kind !== 'done')
        throw new Error(`a lock of two accounts: ${JSON.stringify(reply)}`);
      const trade = tradeOf(reply.owner);
      if (reply.request === SECOND) owners.push(trade);
      else {
        const next = acquire(reply.owner, SECOND, this.seconds.get(trade)!);
        open.push(...this.sync.apply(NOW, next));
      }
    }
    return owners;
  }
}

const ownerOf = (trade: number): string => `trade:${trade}`;
const tradeOf = (owner: string): number => Number(owner.slice('trade:'.length));

const common = (owner: string, request: number, account: string) =>
  ({ owner, request, received: 0, name: `account:${account}` }) as const;

function open(owner: string, request: number, account: string): Request {
  const spec = { kind: 'lock' } as const;
  return { ...common(owner, request, account), kind: 'open', quiet: true, spec };
}

function acquire(owner: string, request: number, account: string): Request {
  const forEver = { task: 0, timeoutMs: null, leaseMs: 0 };
  return { ...common(owner, request, account), kind: 'acquire', quiet: false, ...forEver };
}
