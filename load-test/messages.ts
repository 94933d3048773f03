// Between a load-test and its swarms, which are the processes that its clients live in.

/** The game that a server is given for a crowd: crowd-game.ts. */
export const CROWD_GAME = 'crowd';

export type LoadMode = 'bots' | 'crowd' | 'idle';

/** What the clients of a swarm do. */
export interface SwarmTask {
  /** `bots` play; a `crowd` walks about and counts states without reading them; `idle` clients are
   *  welcomed and then only keep their connection. */
  readonly mode: LoadMode;
  readonly host: string;
  readonly port: number;
  readonly game: string;
  readonly clients: number;
  /** The number of the swarm's first client; those of all swarms are numbered through. */
  readonly firstClient: number;
  /** The swarm's clients connect one after the other over this time. */
  readonly rampMs: number;
  readonly commandsPerSecond: number;
}

export type ToSwarm =
  | ({ readonly type: 'start' } & SwarmTask)
  /** Everything is counted from now on. */
  | { readonly type: 'measure' }
  /** Nothing is counted any more; answered by `measured`. */
  | { readonly type: 'finish' };

export type FromSwarm =
  /** Once a second, and when every client is ready. */
  | { readonly type: 'progress'; readonly sample: Sample }
  | { readonly type: 'measured'; readonly sample: Sample };

/** What a swarm has counted since `measure`, or since its start before that. */
export interface Sample {
  /** Whether it is since `measure`. */
  readonly measuring: boolean;
  readonly seconds: number;
  /** Clients that have a connection and, bots, a place in the game; now. */
  readonly ready: number;
  /** Connections and places in rooms lost since the start. */
  readonly drops: number;
  /** The newest of what went wrong. */
  readonly lastError: string | undefined;
  readonly commandsSent: number;
  readonly commandsAcknowledged: number;
  readonly commandsRejected: number;
  readonly statesReceived: number;
  /** The states of the client that received fewest, and the longest time in which a client received
   *  none; null where clients are not counted one by one. */
  readonly fewestStates: number | null;
  readonly longestGapMs: number | null;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Ticks that the game has made, as one of the clients saw it, and in what time. */
  readonly ticks: number;
  readonly tickSeconds: number;
  /** The longest time between two of them. */
  readonly tickGapMs: number;
  /** From sending a command to the state that acknowledges it: a histogram in µs of what was counted
   *  since the sample before, as hdr-histogram-js encodes it. */
  readonly latencyMicros: string;
  /** How late the swarm's own event loop runs. */
  readonly lagP99Ms: number;
  readonly cpuSeconds: number;
}
