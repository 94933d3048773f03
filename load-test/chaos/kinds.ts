// The faults of a chaos run in one table: what each is, and what it may cost a client.

/** `none`: no connection may be lost; `vanished`: only those that the fault itself cuts; `all`: every
 *  client may lose its connection, and must come back with its session. */
export type Drops = 'none' | 'vanished' | 'all';

interface KindRow {
  readonly text: string;
  readonly drops: Drops;
  /** What the design promises a client of the pause (p99, in ms); null: nothing. */
  readonly pauseMsMax: number | null;
  /** After this the server must be whole again, in ms. */
  readonly recoverMsMax: number;
  /** Whether another such fault may strike at the same moment. */
  readonly pairs: boolean;
  /** What the server must have for it. */
  readonly needs?: 'rolling-restart' | 'fault-disk' | 'fault-code';
}

/** What the server is told by `--hang-ms`. */
export const HANG_MS = 2000;

/** The server stops the code after half a second. */
const LOOP_MS_MAX = 1000;

const row = (
  text: string,
  drops: Drops,
  pauseMsMax: number | null,
  more: Partial<KindRow> = {},
): KindRow => ({ text, drops, pauseMsMax, recoverMsMax: 20_000, pairs: false, ...more });

const pairs = { pairs: true };

export const faultKinds = {
  'kill-worker': row('kill -9 of a worker', 'none', 500, pairs),
  'kill-coordinator': row('kill -9 of the coordinator', 'none', 500, pairs),
  'stop-worker': row('SIGSTOP of a worker', 'none', HANG_MS + 500, pairs),
  'loop-worker': row('endless loop in a worker', 'none', HANG_MS + 500, {
    ...pairs,
    needs: 'fault-code',
  }),
  'throw-command': row('throw in a command of a room', 'none', null, pairs),
  'throw-tick': row('throw in the tick of a room', 'none', null),
  // Of the players in other rooms; the room itself takes as long again.
  'loop-command': row('endless loop in a command of a room', 'none', LOOP_MS_MAX),
  'loop-tick': row('endless loop in the tick of a room', 'none', LOOP_MS_MAX),
  'rolling-restart': row('rolling restart', 'none', 200, {
    needs: 'rolling-restart',
    recoverMsMax: 60_000,
  }),
  'broken-deploy': row('broken code on the disk, deaths meanwhile, then good code', 'none', 500, {
    needs: 'rolling-restart',
    recoverMsMax: 60_000,
  }),
  'poison-script': row('script puts hostile values and sends garbage', 'none', 500, {
    recoverMsMax: 60_000,
  }),
  vanish: row('clients vanish and come back', 'vanished', null),
  overload: row('busy loops beside the server', 'none', 1000),
  'slow-disk': row('slow disk', 'none', null, { needs: 'fault-disk' }),
  'lock-database': row('another program locks the accounts', 'none', 500),
  'full-disk': row('full disk', 'none', null, { needs: 'fault-disk' }),
  'stall-log': row('the reader of the log stands still', 'none', null),
  // A worker finds its coordinator when that has noticed, which takes half a second.
  'remove-sockets': row(
    'the sockets are removed, a worker and the coordinator killed',
    'none',
    null,
  ),
  'kill-everything': row('kill -9 of everything, then a new server', 'all', null, {
    recoverMsMax: 30_000,
  }),
} as const satisfies Record<string, KindRow>;

export type FaultKind = keyof typeof faultKinds;
export const faultKindNames = Object.keys(faultKinds) as FaultKind[];

export function rowOf(kind: FaultKind): KindRow {
  return faultKinds[kind];
}
