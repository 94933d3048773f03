// An account belongs to one session at a time: a lock for each, with fencing numbers that only grow.
import type { AccountsFile } from '../store/index.ts';
import { type Reply, type Request, SyncState } from './sync/index.ts';

/** Where fencing numbers outlive the process. */
export type Fences = Pick<AccountsFile, 'fence' | 'reserve'>;

/** Nothing here waits or has a lease: there is no time but before the end of the reclaiming, and
 *  after. */
const RECLAIMING = 0;
const GRANTING = 1;

type RequestBody = Request extends infer R
  ? R extends Request
    ? Omit<R, 'owner' | 'request' | 'received' | 'quiet' | 'name'>
    : never
  : never;

export class AccountLocks {
  private readonly fences: Fences;
  private readonly sync: SyncState;
  private now = RECLAIMING;

  /** @param lastFence the highest that any session is known to have had. */
  constructor(fences: Fences, lastFence = 0) {
    this.fences = fences;
    const limits = { objectsMax: Number.POSITIVE_INFINITY };
    this.sync = new SyncState({ fence: Math.max(fences.fence, lastFence), limits });
    this.sync.apply(this.now, { kind: 'restarted', graceMs: GRANTING, forgot: true });
  }

  /** A session of an earlier process has the account still. Only before the first `take`.
   *  @returns false where a newer one has it. */
  reclaim(account: string, session: number, fence: number): boolean {
    const body = { kind: 'reclaim', task: 0, fence, levels: 1, leaseMs: 0 } as const;
    return this.ask(account, session, body).kind === 'done';
  }

  /** Gives the account, which is free, to the session.
   *  @returns the fencing number: higher than any before, also of earlier processes.
   *  @throws {StoreError} where that cannot be written down; the account is free then. */
  take(account: string, session: number): number {
    this.now = GRANTING;
    const body = { kind: 'acquire', task: 0, timeoutMs: 0, leaseMs: 0 } as const;
    const reply = this.ask(account, session, body);
    if (reply.kind !== 'done') throw new Error(`the account of session ${session} is not free`);
    const fence = reply.value as number;
    try {
      this.fences.reserve(fence);
    } catch (error) {
      this.free(session);
      throw error;
    }
    return fence;
  }

  /** The session is over. */
  free(session: number): void {
    this.sync.apply(this.now, { kind: 'gone', owner: ownerOf(session) });
  }

  private ask(account: string, session: number, body: RequestBody): Reply {
    const owner = ownerOf(session);
    const name = `account:${account}`;
    const common = { owner, received: 0, name };
    const spec = { kind: 'lock' } as const;
    this.sync.apply(this.now, { kind: 'attach', owner, received: 0 });
    this.sync.apply(this.now, { ...common, kind: 'open', request: 1, quiet: true, spec });
    const request = { ...common, ...body, request: 2, quiet: false } as Request;
    const reply = this.sync.apply(this.now, request).at(-1)!;
    if (reply.kind !== 'done') this.free(session);
    return reply;
  }
}

const ownerOf = (session: number): string => `session:${session}`;
