// A session: who a player is, for as long as it may be resumed.

import type { ErrorCode } from '../../protocol/index.ts';
import type { FromCoordinator, FromWorker, KeptCopy } from '../link/index.ts';
import type { LeftReason } from '../store/index.ts';
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
  /** Tells the client why, and closes its connection, which has lost its session. */
  cut(connection: number, code: ErrorCode, detail?: string): void;
  /** The worker takes messages too slowly: what can be made up for later is not sent now. */
  readonly congested: boolean;
}

export interface SessionParts extends Pick<Session, 'id' | 'token' | 'name'> {
  readonly account?: string;
  readonly accountKey?: string;
  readonly fence?: number;
}

/** Invariant: `link` and `connection` are the one connection that speaks for the session, or
 *  `link` is undefined and the session waits to be resumed. */
export class Session {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  /** The id of the account that belongs to it until it ends. */
  readonly account: string;
  /** The account's key, for the client alone; '' where this process has not heard it, as it is written
   *  down nowhere. */
  accountKey: string;
  /** The number with which the account's lock was granted. */
  readonly fence: number;
  readonly rooms = new Map<number, Room>();
  /** The rooms that it is in, as the file of sessions has them. */
  readonly writtenRooms = new Set<number>();
  /** Rooms that it is in no longer, and why: it is told with its next connection. */
  readonly lostRooms = new Map<number, LeftReason>();
  /** It has ended: nobody comes back to it. */
  isOver = false;
  /** What the lobby has applied. */
  readonly lobby = new Ledger();
  /** Taken by the lobby and not applied: the first waits for its answer, the others for it. */
  readonly lobbyWaiting: LobbyMessage[] = [];
  readonly lobbyGap = new GapNotice();
  link: WorkerLink | undefined;
  connection = 0;
  /** Since when its worker has the connection, as the worker says. */
  since = 0;
  /** When it got its connection, and when it lost it, in ms of the coordinator's clock. */
  attachedAt = 0;
  detachedAt = 0;
  /** The network address of its newest connection; '' where none has come yet. */
  address = '';
  /** By which limits of addresses count it; undefined: none applies. */
  addressGroup: string | undefined;
  /** It has had a place in a room. */
  hasPlayed = false;
  /** When its client was last told that commands of the lobby wait. */
  toldOfWaitAt = Number.NEGATIVE_INFINITY;

  constructor({ id, token, name, account = '', accountKey = '', fence = 0 }: SessionParts) {
    this.id = id;
    this.token = token;
    this.name = name;
    this.account = account;
    this.accountKey = accountKey;
    this.fence = fence;
  }

  /** Nothing is lost where it ends. */
  get hasOnlySaidHello(): boolean {
    return !this.hasPlayed && this.lobby.applied === 0 && this.lobbyWaiting.length === 0;
  }
}
