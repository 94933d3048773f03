// Between a chaos run and its crowds, which are the processes that its clients live in.

/** Pairs of players in each crowd that plays who meet to play and to trade; they are not among its
 *  clients. */
export const COUPLES_IN_CROWD = 4;

export interface CrowdTask {
  readonly host: string;
  readonly port: number;
  /** Whether its clients are those that see every tick, whose pauses count; nobody else is in its
   *  process then. */
  readonly isWatching: boolean;
  readonly clients: number;
  readonly onlookers: number;
  /** The number of the crowd's first client; those of all crowds are numbered through. */
  readonly firstClient: number;
  /** The crowd's clients connect one after the other over this time. */
  readonly rampMs: number;
}

export type ToCrowd =
  | ({ readonly type: 'start' } & CrowdTask)
  /** A window begins: a fault is about to be. */
  | { readonly type: 'begin' }
  /** The window ends as soon as every client is served; answered by `window`. `living`: the numbers
   *  of the workers that there are. */
  | { readonly type: 'end'; readonly living: readonly number[] }
  /** Cut so many connections without a word. */
  | { readonly type: 'vanish'; readonly connections: number; readonly pick: number }
  /** Send nothing more, wait until all is acknowledged; answered by `records`. */
  | { readonly type: 'settle' }
  /** End every session; answered by `gone`. */
  | { readonly type: 'leave' };

export type FromCrowd =
  /** Every client is connected and in its room. */
  | { readonly type: 'ready' }
  | { readonly type: 'window'; readonly window: CrowdWindow }
  | {
      readonly type: 'records';
      readonly records: readonly TallyRecord[];
      readonly couples: readonly CoupleRecord[];
    }
  | { readonly type: 'gone' }
  /** Something that must never be, found now. */
  | { readonly type: 'problem'; readonly text: string };

/** What befell the clients of a crowd from `begin` to `end`. */
export interface CrowdWindow {
  /** Clients that were handed over or came back, and were not only moved to even out the load. */
  readonly handedOver: number;
  /** The pause of each of them that sees every tick or looks on, in ms: who sees a part of a world in
   *  which nothing happens for some ticks has pauses of its own. */
  readonly handedOverMs: readonly number[];
  /** The longest time between two states for each client that sees every tick, in ms. */
  readonly watchingMs: readonly number[];
  /** Connections lost since the window before. */
  readonly lostBefore: number;
  /** Connections lost in the window, without those that were to vanish. */
  readonly lost: number;
  readonly vanished: number;
  /** Of those lost the first few: whose, and why. */
  readonly reasons: readonly string[];
  /** Clients that nobody serves, long after the fault. */
  readonly stuck: readonly string[];
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

/** One player of the tally room at the end: its own count, and the room's. */
export interface TallyRecord {
  readonly name: string;
  readonly sent: number;
  /** The last number of which the player was told that it was applied. */
  readonly acknowledged: number;
  /** The last number that the room has. */
  readonly applied: number;
  /** Answers asked for a second time. */
  readonly askedAgain: number;
}

/** What two who meet have done. */
export interface CoupleRecord {
  readonly name: string;
  /** Played to the end. */
  readonly games: number;
  /** Of which both were told that they are done. */
  readonly trades: number;
}
