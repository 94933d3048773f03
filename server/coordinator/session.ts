// A session: who a player is, for as long as it may be resumed.

import type { FromCoordinator, FromWorker, KeptCopy } from '../link/index.ts';
import { accountOf } from './account.ts';
import { GapNotice } from './gap-notice.ts';
import { Ledger } from './ledger.ts';
import type { Room } from './room.ts';

type LobbyMessage = Extract<FromWorker, { type: 'command' }>;

/** A worker as the coordinator sees it: where messages for its connections go. */
export interface WorkerLink {
  readonly worker: number;
  /** The copy of `room` that the worker has kept from an earlier coordinator. */
  keptCopy(room: number): KeptCopy | undefined;
  send(message: FromCoordinator): void;
  /** What was sent goes now, not with all else of this turn. */
  flush(): void;
  /** The worker takes messages too slowly: what can be made up for later is not sent now. */
  readonly congested: boolean;
}

/** Invariant: `link` and `connection` are the one connection that speaks for the session, or
 *  `link` is undefined and the session waits to be resumed. */
export class Session {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  /** The key of the account that belongs to it until it ends. */
  readonly accountKey: string;
  /** The account's id. */
  readonly account: string;
  /** The number with which the account's lock was granted. */
  readonly fence: number;
  readonly rooms = new Map<number, Room>();
  /** What the lobby has applied. */
  readonly lobby = new Ledger();
  /** Taken by the lobby and not applied: the first waits for its answer, the others for it. */
  readonly lobbyWaiting: LobbyMessage[] = [];
  readonly lobbyGap = new GapNotice();
  link: WorkerLink | undefined;
  connection = 0;
  /** Since when its worker has the connection, as the worker says. */
  since = 0;
  /** When the connection was lost, in ms of the coordinator's clock. */
  detachedAt = 0;
  /** Chat lines that may still be said at once, and when that was true: long ago at first. */
  chatLines = 0;
  chatAt = Number.NEGATIVE_INFINITY;

  constructor(id: number, token: string, name: string, accountKey = '', fence = 0) {
    this.id = id;
    this.token = token;
    this.name = name;
    this.accountKey = accountKey;
    this.account = accountOf(accountKey);
    this.fence = fence;
  }
}
