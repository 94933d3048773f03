// Every metric of the server in one table; types, registries and docs/METRICS.md derive from it.
import { type ErrorCode, errorTable } from '../../protocol/index.ts';

export const roles = ['primary', 'worker', 'coordinator'] as const;
/** What a process of the server is. */
export type Role = (typeof roles)[number];

/** The values that a label can have, or a sentence that says what bounds their number. */
type LabelBound = readonly string[] | string;
type Labels = Readonly<Record<string, LabelBound>>;
type NoLabels = Readonly<Record<never, never>>;

/** How the gauges of several processes become one row: `each` keeps a row per process. */
export type Combine = 'sum' | 'max' | 'each';

export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** The roles whose processes report it; of several, each has a row of its own (label `role`). */
  readonly roles: readonly Role[];
  readonly help: string;
  readonly labels: Labels;
  readonly buckets?: readonly number[];
  readonly combine: Combine;
}

const counter = <const R extends readonly Role[], const L extends Labels = NoLabels>(
  reportedBy: R,
  help: string,
  labels: L = {} as L,
) => ({ type: 'counter', roles: reportedBy, help, labels, combine: 'sum' }) as const;

const gauge = <
  const R extends readonly Role[],
  const C extends Combine,
  const L extends Labels = NoLabels,
>(
  reportedBy: R,
  combine: C,
  help: string,
  labels: L = {} as L,
) => ({ type: 'gauge', roles: reportedBy, help, labels, combine }) as const;

const histogram = <const R extends readonly Role[]>(
  reportedBy: R,
  buckets: readonly number[],
  help: string,
) =>
  ({
    type: 'histogram',
    roles: reportedBy,
    help,
    labels: {} as NoLabels,
    buckets,
    combine: 'sum',
  }) as const;

const primary = ['primary'] as const;
const worker = ['worker'] as const;
const coordinator = ['coordinator'] as const;
const linkEnds = ['worker', 'coordinator'] as const;

const errorCodes = Object.keys(errorTable) as ErrorCode[];
type FatalCode = {
  [C in ErrorCode]: (typeof errorTable)[C]['fatal'] extends true ? C : never;
}[ErrorCode];
const isFatal = (code: ErrorCode): code is FatalCode => errorTable[code].fatal;
/** What the coordinator has done elsewhere. */
const poolTaskNames = ['prepare', 'bots'] as const;
export type PoolTask = (typeof poolTaskNames)[number];
/** What an account, an address or everyone together is limited in by the coordinator. */
const limitNames = [
  'sessions',
  'session_rate',
  'evicted',
  'rooms',
  'places',
  'join_rate',
  'lobby_rate',
  'chat_rate',
] as const;
export type LimitName = (typeof limitNames)[number];
const slot = 'the number of processes of that role';

/** From a tenth of a millisecond to a second: what is done on a tick or for a connection. */
const SHORT = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export const metrics = {
  connections: gauge(worker, 'sum', 'Open connections.'),
  connectionsAccepted: counter(primary, 'Connections that were accepted and not refused.'),
  connectionsRefused: counter(
    primary,
    'Connections refused because a limit was reached: of all connections, of an address, of how fast ' +
      'one address connects, of workers with --workers per-client, or of file descriptors.',
    { reason: ['total', 'address', 'address_rate', 'per_client', 'descriptors'] },
  ),
  connectionsClosed: counter(
    worker,
    'Connections closed, by who or what closed them: CLIENT, NETWORK, or the error code sent.',
    { reason: ['CLIENT', 'NETWORK', ...errorCodes.filter(isFatal)] },
  ),
  connectionsWaiting: gauge(primary, 'sum', 'Accepted connections that no worker serves yet.'),
  connectionsHeld: gauge(
    primary,
    'sum',
    'Connections whose socket a second worker holds, to serve them at once when the first dies.',
  ),
  handoverSeconds: histogram(
    primary,
    [...SHORT, 5],
    'Time from accepting a connection to the acknowledgement of the worker that serves it.',
  ),
  connectionsRebalanced: counter(
    primary,
    'Connections given to another worker to even out how many each has.',
  ),
  framesReceived: counter(worker, 'Frames received from clients.'),
  framesSent: counter(worker, 'Frames sent to clients.'),
  bytesReceived: counter(worker, 'Bytes received from clients.'),
  bytesSent: counter(worker, 'Bytes sent to clients.'),
  statesSent: counter(worker, 'State frames sent to clients.'),
  statesSkipped: counter(worker, 'State frames not sent because the client reads too slowly.'),
  deltasMerged: counter(
    worker,
    'Ticks of rooms that clients were shown together with the next one, because the worker was late.',
  ),
  protocolErrors: counter(worker, 'Errors sent to clients.', { code: errorCodes }),
  throttled: counter(worker, 'Times a connection was read more slowly for sending too fast.'),
  commandsReceived: counter(worker, 'Commands and calls received from clients.'),

  sessions: gauge(coordinator, 'sum', 'Sessions, with and without a connection.'),
  rooms: gauge(coordinator, 'sum', 'Rooms, the lobby included.'),
  players: gauge(coordinator, 'sum', 'Places taken in rooms other than the lobby.'),
  matchWaiting: gauge(coordinator, 'sum', 'Sessions that wait for a match.'),
  matchWaitSeconds: histogram(
    coordinator,
    [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    'How long sessions waited until they were matched.',
  ),
  bots: gauge(coordinator, 'sum', 'Bots in rooms; they are not among the players.'),
  limitsReached: counter(
    coordinator,
    'Requests that a limit of an account or an address refused, or, of the lobby’s commands, made wait; ' +
      'and sessions that were ended to make place (evicted).',
    { limit: limitNames },
  ),
  commandsApplied: counter(coordinator, 'Commands and calls applied to rooms, those of bots too.'),
  commandsRejected: counter(
    coordinator,
    'Commands and calls rejected; codes that a game defines count as GAME.',
    { code: [...errorCodes, 'GAME'] },
  ),
  ticks: counter(coordinator, 'Ticks of all rooms.'),
  ticksSkipped: counter(coordinator, 'Ticks left out because their time had passed.'),
  tickSeconds: histogram(coordinator, SHORT, 'Time to compute one tick of one room.'),
  tickLagSeconds: histogram(coordinator, SHORT, 'How late a tick began.'),
  inboxCommands: gauge(coordinator, 'sum', 'Commands that wait in the inboxes of rooms.'),
  effectsSettled: counter(
    coordinator,
    'What rooms did to accounts and was settled: deposits, withdrawals, questions.',
    { verdict: ['accepted', 'refused'] },
  ),
  effectsWaiting: gauge(coordinator, 'sum', 'Effects on accounts that wait to be written down.'),
  accountsUnwritableSeconds: gauge(
    coordinator,
    'max',
    'How long the accounts could not be written: another program has accounts.db locked, or the disk is full. Deposits wait meanwhile; 0: they can be written.',
  ),
  trades: gauge(coordinator, 'sum', 'Trades between two players that are not over.'),
  tradesEnded: counter(coordinator, 'Trades that are over, made (done) or not.', {
    outcome: [
      'done',
      'TRADE_CANCELLED',
      'TRADE_EXPIRED',
      'TRADE_LOST',
      'PLAYER_GONE',
      'NOT_ENOUGH',
      'TRADES_UNAVAILABLE',
    ],
  }),
  groupProcesses: gauge(coordinator, 'sum', 'Processes that use the group of the server.'),
  groupObjects: gauge(
    coordinator,
    'sum',
    'Locks, queues and other objects that are shared in the group of the server.',
  ),
  writeFailures: counter(
    coordinator,
    'Writes to the data directory that failed, each attempt: of a batch of a room, of a snapshot, to the ' +
      'sessions, to the accounts, of a trade.',
    { part: ['room', 'snapshot', 'session', 'account', 'trade'] },
  ),
  roomsStalled: gauge(
    coordinator,
    'sum',
    'Rooms that stand still because they cannot be written to the data directory.',
  ),
  unsavedSeconds: gauge(
    coordinator,
    'max',
    'Age of the oldest input to a room that no snapshot has: a recovery has to repeat as much.',
  ),
  journalBytes: gauge(coordinator, 'sum', 'Size of the journals of all rooms.'),
  roomsKept: gauge(
    coordinator,
    'sum',
    'Ended rooms whose files are kept in `ended/` of the data directory, and failed ones in `rooms/`; a start ' +
      'counts them again.',
  ),
  roomsKeptBytes: gauge(
    coordinator,
    'sum',
    'Disk space of these files; at --rooms-kept-bytes those of the room that ended first are removed.',
  ),
  dataFreeBytes: gauge(primary, 'max', 'Free space on the disk of the data directory.'),
  dataSizeBytes: gauge(primary, 'max', 'Size of the disk of the data directory.'),
  groupBytes: gauge(
    coordinator,
    'sum',
    'Bytes of all that is shared in the group of the server; at --group-bytes-max more is refused.',
  ),
  bankCommitSeconds: histogram(coordinator, SHORT, 'Time of the event loop for one transaction.'),
  gameErrors: counter(coordinator, 'Errors thrown by game code.'),
  determinismErrors: counter(
    coordinator,
    'Differences that --verify-determinism found between a room and its second instance, and faults of its state.',
  ),
  gameHangs: counter(
    coordinator,
    'Times that game code was stopped after --step-ms-max, by what followed: the tick was repeated, the ' +
      'command was skipped, the bots left, the room was quarantined, or a room was not opened.',
    { outcome: ['repeated', 'skipped', 'bots', 'quarantined', 'refused'] },
  ),
  commandsSetAside: counter(
    coordinator,
    'Commands that were set aside because they hang, or ended the process that applied them.',
  ),
  roomsQuarantined: counter(
    coordinator,
    'Rooms whose files were put aside because they could not go on.',
  ),

  poolTasks: counter(coordinator, 'Tasks given to the pool.', { task: poolTaskNames }),
  poolFailures: counter(
    coordinator,
    'Tasks of the pool that gave no result: they threw, took too long, or ended their process.',
    { task: poolTaskNames },
  ),
  poolTaskSeconds: histogram(
    coordinator,
    [...SHORT, 5, 10],
    'Time from giving a task to the pool to its result, waiting included.',
  ),

  linkQueueBytes: gauge(linkEnds, 'sum', 'Bytes waiting to be written to links.'),
  linkMessagesSent: counter(linkEnds, 'Messages sent over links.'),
  linkBytesSent: counter(linkEnds, 'Bytes sent over links.'),
  linksCut: counter(
    coordinator,
    'Connections to the coordinator that it has ended: a worker that did not read what waited for it, or a ' +
      'program that did not say which worker it is.',
    { reason: ['unread', 'silent'] },
  ),

  logLinesDropped: counter(
    roles,
    'Lines of the log that were dropped: the reader of stdout stood still, or its disk was full.',
  ),

  overloaded: gauge(
    linkEnds,
    'each',
    'Whether the process has had too little processor time for some seconds: a worker merges ticks, ' +
      'a coordinator leaves ticks out.',
  ),
  processCpuSeconds: counter(roles, 'User and system CPU time.'),
  processResidentMemoryBytes: gauge(roles, 'each', 'Resident memory.'),
  eventLoopLagSeconds: gauge(
    roles,
    'each',
    'Longest delay of the event loop in the last 15 to 30 seconds.',
  ),
  processUp: gauge(primary, 'max', 'Whether the process of this slot lives.', {
    role: roles,
    slot,
  }),
  processReportAgeSeconds: gauge(
    primary,
    'max',
    'Time since the process last sent the values shown here.',
    { role: roles, slot },
  ),
  processRestarts: counter(primary, 'Processes started in place of one that ended.', {
    role: roles,
  }),
  processesReplaced: counter(
    primary,
    'Processes replaced as planned: for new code, or a worker for its memory.',
    { role: roles, reason: ['restart', 'memory'] },
  ),
  buildInfo: gauge(primary, 'max', 'Always 1; the labels say what runs.', {
    version: 'one at a time',
    node: 'one at a time',
  }),
} as const;

export type MetricKey = keyof typeof metrics;
export type MetricType = MetricRow['type'];
export const metricKeys = Object.keys(metrics) as MetricKey[];

type Row<K extends MetricKey> = (typeof metrics)[K];
type BoundValue<B> = B extends readonly (infer V extends string)[] ? V : string | number;

/** The labels that one report of `K` has to name. */
export type LabelsOf<K extends MetricKey> = {
  readonly [N in keyof Row<K>['labels']]: BoundValue<Row<K>['labels'][N]>;
};

/** The keys of type `T` that a process of role `R` reports; where the role is not known (`never`),
 *  all keys of that type. */
type KeyOf<R extends Role, T extends MetricType> = {
  [K in MetricKey]: [Row<K>['type'], R] extends [T, Row<K>['roles'][number]] ? K : never;
}[MetricKey];
type LabelledKey = {
  [K in MetricKey]: keyof Row<K>['labels'] extends never ? never : K;
}[MetricKey];

export type PlainKeyOf<R extends Role, T extends MetricType> = Exclude<KeyOf<R, T>, LabelledKey>;
export type LabelledKeyOf<R extends Role, T extends MetricType> = KeyOf<R, T> & LabelledKey;

export type CloseReason = LabelsOf<'connectionsClosed'>['reason'];
export type RejectionCode = LabelsOf<'commandsRejected'>['code'];

/** The label for a rejection: a code of the wire as it is, a game's own code as `GAME`. */
export function rejectionCode(code: string): RejectionCode {
  return Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'GAME';
}

/** The row of `key` in the shape that all rows have (which `satisfies` would widen labels to). */
export const rowOf = (key: MetricKey): MetricRow => metrics[key];

/** The name in Prometheus: the unit is part of the key, a counter ends in `_total`. */
export function nameOf(key: MetricKey): string {
  const snake = key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  return `holdfast_${snake}${metrics[key].type === 'counter' ? '_total' : ''}`;
}

/** The labels that the page adds, to tell processes apart. */
export function addedLabelsOf(row: MetricRow): readonly ('role' | 'slot')[] {
  if (row.combine === 'each') return ['role', 'slot'];
  return row.roles.length > 1 ? ['role'] : [];
}
