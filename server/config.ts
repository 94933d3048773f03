// Every setting of the server in one table: flags, variables, `--help` and the document derive from it.

export type Kind =
  | 'integer'
  | 'string'
  | 'path'
  | 'list'
  | 'names'
  | 'networks'
  | 'workers'
  | 'choice'
  | 'flag';

/** One setting. Its flag is `--<name in kebab-case>`, its variable `HOLDFAST_<NAME_IN_CAPITALS>`. */
export interface SettingRow<K extends Kind, D> {
  readonly kind: K;
  readonly default: D;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly text: string;
}

const integer = (value: number, min: number, max: number, unit: string, text: string) =>
  ({ kind: 'integer', default: value, min, max, unit, text }) as const;
const string = (value: string, text: string) => ({ kind: 'string', default: value, text }) as const;
const choice = <const C extends readonly string[]>(choices: C, value: C[number], text: string) =>
  ({ kind: 'choice', choices, default: value as C[number], text }) as const;

/** How many there may be of what, or how many in a second. */
const limit = (value: number, unit: string, text: string) =>
  integer(value, 1, 1_000_000, unit, text);

const flag = (text: string) => ({ kind: 'flag', default: false as boolean, text }) as const;

const DAY_MS = 86_400_000;

export const settings = {
  host: string('0.0.0.0', 'Address on which game clients connect.'),
  port: integer(8000, 0, 65_535, 'port', 'Port on which game clients connect; 0: any free one.'),
  adminHost: string('127.0.0.1', 'Address of metrics, health and process list (HTTP).'),
  adminPort: integer(9464, 0, 65_535, 'port', 'Port of the same; 0: any free one.'),
  adminNames: {
    kind: 'names',
    default: [] as readonly string[],
    text: 'Names with a dot by which programs reach the admin interface (holdfast.example.net). Its addresses and names without a dot always do; a request with another name may come from a web page, and is refused.',
  },
  workers: {
    kind: 'workers',
    default: 'auto' as number | 'auto' | 'per-client',
    text: 'Worker processes: auto (one per core), a number, or per-client (one for each client that has said hello).',
  },
  data: string('./data', 'Directory for what outlives the server; made if it is not there.'),
  game: {
    kind: 'list',
    default: [] as readonly string[],
    text: 'A game module to load, repeatable; without it the games that ship are loaded.',
  },
  logLevel: choice(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    'info',
    'The least important log lines that are written.',
  ),
  logFormat: choice(
    ['auto', 'json', 'pretty'],
    'auto',
    'How log lines look; auto: pretty on a terminal, else JSON.',
  ),
  connectionsMax: limit(10_000, 'connections', 'Connections at one time.'),
  connectionsPerAddressMax: limit(
    256,
    'connections',
    'Connections at one time from one address. As in all limits of an address, the /64 network of an ' +
      'IPv6 address counts as one, and --exempt-addresses are not limited.',
  ),
  connectsPerSecondPerAddress: limit(
    20,
    'connections/s',
    'New connections from one address; 20 times as many at once. More are refused.',
  ),
  exemptAddresses: {
    kind: 'networks',
    default: ['127.0.0.0/8', '::1'] as readonly string[],
    text: 'Addresses and networks to which no limit of an address applies: those of a proxy, behind which all players have one address, and of bots on this machine. What is given replaces the default.',
  },
  perClientMax: integer(64, 1, 4096, 'processes', 'With --workers per-client: workers at most.'),
  perClientPerAddressMax: integer(
    16,
    1,
    4096,
    'processes',
    'With --workers per-client: workers at most for clients of one address. A worker is shared by further ' +
      'clients, and by all connections until their hello.',
  ),
  perClientSpare: integer(
    2,
    0,
    64,
    'processes',
    'With --workers per-client: workers kept ready for the next connections.',
  ),
  handshakeMs: integer(10_000, 100, DAY_MS, 'ms', 'Time for a connection to send its hello.'),
  idleMs: integer(60_000, 100, DAY_MS, 'ms', 'A connection that sends nothing so long is closed.'),
  frameBytesMax: integer(16_384, 1024, 16_384, 'bytes', 'Largest frame accepted from a client.'),
  commandsPerSecond: integer(
    100,
    1,
    100_000,
    'messages/s',
    'Messages read from one connection per second; twice as many in a burst.',
  ),
  inFlightMax: integer(
    64,
    1,
    1024,
    'commands',
    'Unanswered commands of one session; further ones are not read until then.',
  ),
  unsentBytesMax: integer(
    65_536,
    1024,
    16_777_216,
    'bytes',
    'A client for which more is waiting skips ticks and is then brought up to date by one frame.',
  ),
  unsentBytesCut: integer(
    1_048_576,
    4096,
    268_435_456,
    'bytes',
    'A client for which more than this is waiting is disconnected.',
  ),
  resumeMs: integer(30_000, 0, DAY_MS, 'ms', 'How long a session outlives its connection.'),
  sessionsMax: limit(20_000, 'sessions', 'Sessions at one time.'),
  sessionsPerAddressMax: limit(
    1000,
    'sessions',
    'Sessions at one time of one address, also without a connection. Sessions that have only said hello make place.',
  ),
  sessionsPerSecondPerAddress: limit(
    15,
    'sessions/s',
    'New sessions from one address; 20 times as many at once. More are refused.',
  ),
  roomsMax: integer(
    1000,
    1,
    100_000,
    'rooms',
    'Rooms at one time. When they are reached, the room that has been empty longest makes place.',
  ),
  roomsPerSessionMax: integer(8, 1, 64, 'rooms', 'Rooms that one session may be in.'),
  roomsPerAccountMax: limit(
    8,
    'rooms',
    'Rooms at one time that one account has opened, by create or by a join; an empty one makes place.',
  ),
  roomsPerAddressMax: limit(
    128,
    'rooms',
    'Rooms at one time that players of one address have opened; an empty one makes place.',
  ),
  placesPerAddressMax: limit(
    512,
    'places',
    'Places in rooms, and matches waited for, of all players of one address.',
  ),
  joinsPerSecond: limit(
    3,
    'joins/s',
    'Joins of one account, and matches that it asks for; 10 times as many at once. A create counts as 5. More are refused.',
  ),
  joinsPerSecondPerAddress: limit(
    20,
    'joins/s',
    'The same of all players of one address; 20 times as many at once. More are refused.',
  ),
  lobbyCommandsPerSecond: limit(
    20,
    'commands/s',
    'Commands and calls of one account to the lobby; 10 times as many at once. More wait their turn.',
  ),
  lobbyCommandsPerSecondPerAddress: limit(
    200,
    'commands/s',
    'The same of all players of one address; 20 times as many at once. More wait their turn.',
  ),
  chatLinesPerSecondPerAddress: limit(
    5,
    'lines/s',
    'Lines of chat and offers of trades of all players of one address; 20 times as many at once. More are ' +
      'refused. One account has one a second, and five at once.',
  ),
  chatLinesPerSecondToAll: limit(
    20,
    'lines/s',
    'Lines of chat to everyone on the server, of all players together; 5 times as many at once. More are refused.',
  ),
  bots: integer(
    0,
    0,
    10_000,
    'players',
    'Fills each room up with bots to so many players; bots make place for players who come.',
  ),
  roomEmptyMs: integer(60_000, 0, DAY_MS, 'ms', 'A room without a player ends after this time.'),
  roomsKeptHours: integer(
    24,
    0,
    8760,
    'hours',
    'How long the files of a room are kept in `ended/` of the data directory after its end, so that `holdfast ' +
      'replay` can repeat it; 0: not at all. Rooms in which no player was are not kept. Those of a room whose game ' +
      'has failed are kept as long, in `rooms/`.',
  ),
  roomsKeptBytes: integer(
    1_073_741_824,
    0,
    1_099_511_627_776,
    'bytes',
    'The size of all these files together; beyond it, and while the disk is nearly full, those of the room ' +
      'that ended first are removed. 0: none are kept.',
  ),
  heartbeatMs: integer(250, 20, 60_000, 'ms', 'How often a process tells the primary it is alive.'),
  hangMs: integer(
    2000,
    100,
    DAY_MS,
    'ms',
    'A process that ends no piece of work for so long is replaced. Only the time counts that it is on a processor or asleep, so that one with much to do, or on a busy machine, is late and not hung.',
  ),
  stepMsMax: integer(
    500,
    0,
    60_000,
    'ms',
    'Time for the game code of one step of a room; then it is stopped, and the other rooms go on. 0: no ' +
      'limit. There is none while an inspector is open in the process.',
  ),
  startMs: integer(15_000, 500, DAY_MS, 'ms', 'Time for a process to start.'),
  spares: integer(
    1,
    0,
    16,
    'processes',
    'Processes kept ready to take the place of one that dies, which makes the pause short. Each takes ' +
      'about as much memory as the coordinator, whose rooms it follows.',
  ),
  poolProcesses: integer(
    1,
    1,
    64,
    'processes',
    'Processes that prepare the worlds of new rooms and find the ways of bots; started when first needed.',
  ),
  groupBytesMax: integer(
    67_108_864,
    4_194_304,
    17_179_869_184,
    'bytes',
    'Items, values and replies of the group of the server, together; a script is refused more (TOO_MANY_BYTES).',
  ),
  groupObjectBytesMax: integer(
    33_554_432,
    2_097_152,
    17_179_869_184,
    'bytes',
    'The same of one queue or value.',
  ),
  groupProcessBytesMax: integer(
    8_388_608,
    2_097_152,
    17_179_869_184,
    'bytes',
    'The same of replies and waiting requests of one process.',
  ),
  workerMemoryMax: integer(
    1_073_741_824,
    0,
    1_099_511_627_776,
    'bytes',
    'A worker with more resident memory is replaced, its connections kept; 0: no limit. One that has as much from its ' +
      'start is replaced only when its memory has doubled.',
  ),
  restartsMax: integer(
    20,
    1,
    10_000,
    'restarts',
    'More restarts of processes than this in the restart period stop the server, where they are also more than three for each process; so do more deaths of one process in a row, each within five seconds of its start.',
  ),
  restartPeriodMs: integer(60_000, 100, DAY_MS, 'ms', 'The period for --restarts-max.'),
  journalSync: choice(
    ['never', 'everysecond', 'always'],
    'everysecond',
    'When what was written down is forced to the disk: a crash of a process loses nothing in any case; a power loss what was not forced.',
  ),
  snapshotMs: integer(
    10_000,
    100,
    DAY_MS,
    'ms',
    'How often a room is written down whole, which shortens its recovery.',
  ),
  verifyDeterminism: flag(
    'For authors of games, at twice the cost and more: a hook that uses the clock, Math.random, timers, files or the network fails with a sentence that says what to use. Each room runs a second time beside itself, restored again and again as by a recovery, and an error is logged that names the field where the two differ.',
  ),
  drainMs: integer(5000, 0, DAY_MS, 'ms', 'Time to say goodbye to clients when the server stops.'),
  faultDisk: {
    kind: 'path',
    default: '',
    text: 'For fault tests: a file with the milliseconds by which each write to the disk is delayed, with the word sync before it only each wait for the disk; or the word full, when every write fails; none while it is not there.',
  },
  faultCode: {
    kind: 'path',
    default: '',
    text: 'For fault tests only: a folder; the process with the number pid runs the file <pid>.js that appears there, so whoever may write into the folder runs code as the user of the server.',
  },
} as const satisfies Record<string, SettingRow<Kind, unknown>>;

export type SettingName = keyof typeof settings;
type Widen<T> = T extends number ? number : T extends string ? string : T;

/** The settings with their values, all present. */
export type Config = {
  readonly [N in SettingName]: (typeof settings)[N]['kind'] extends 'integer' | 'string' | 'path'
    ? Widen<(typeof settings)[N]['default']>
    : (typeof settings)[N]['default'];
};

export const defaults = Object.fromEntries(
  Object.entries(settings).map(([name, row]) => [name, row.default]),
) as Config;

/** What cannot be used, in one line that says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'BAD_CONFIG';
}

export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
export const variableOf = (name: string): string =>
  `HOLDFAST_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`;

interface Relation {
  readonly holds: (config: Config) => boolean;
  /** What must hold, and after a colon what to change. */
  readonly text: string;
}

/** An idle worker, and some room for its clients. */
const WORKER_BYTES_MIN = 134_217_728;

const isAny = (host: string): boolean => ['0.0.0.0', '::', ''].includes(host);

export const relations: readonly Relation[] = [
  {
    holds: (config) => config.heartbeatMs * 3 <= config.hangMs,
    text: '--hang-ms must be at least three times --heartbeat-ms: raise the first or lower the second',
  },
  {
    holds: (config) => config.unsentBytesMax < config.unsentBytesCut,
    text: '--unsent-bytes-max must be less than --unsent-bytes-cut: lower the first or raise the second',
  },
  {
    holds: (config) => config.connectionsPerAddressMax <= config.connectionsMax,
    text: '--connections-per-address-max must not exceed --connections-max: lower the first',
  },
  {
    holds: (config) => config.handshakeMs <= config.idleMs,
    text: '--handshake-ms must not exceed --idle-ms: lower the first or raise the second',
  },
  {
    holds: ({ workerMemoryMax }) => workerMemoryMax === 0 || workerMemoryMax >= WORKER_BYTES_MIN,
    text: `--worker-memory-max must be 0 or at least ${WORKER_BYTES_MIN} bytes, since an idle worker has about 100,000,000: raise the first`,
  },
  {
    holds: ({ stepMsMax, hangMs }) => stepMsMax < hangMs,
    text: '--step-ms-max must be less than --hang-ms, else the process is replaced before the game code is stopped: lower the first or raise the second',
  },
  {
    holds: ({ groupObjectBytesMax, groupBytesMax }) => groupObjectBytesMax <= groupBytesMax,
    text: '--group-object-bytes-max must not exceed --group-bytes-max: lower the first or raise the second',
  },
  {
    holds: ({ groupProcessBytesMax, groupBytesMax }) => groupProcessBytesMax <= groupBytesMax,
    text: '--group-process-bytes-max must not exceed --group-bytes-max: lower the first or raise the second',
  },
  {
    holds: ({ perClientSpare, perClientMax }) => perClientSpare <= perClientMax,
    text: '--per-client-spare must not exceed --per-client-max: lower the first or raise the second',
  },
  {
    holds: ({ port, adminPort, host, adminHost }) =>
      port === 0 || port !== adminPort || (host !== adminHost && !isAny(host) && !isAny(adminHost)),
    text: '--port and --admin-port must differ, since game clients and operators cannot share a port: raise the first or lower the second',
  },
];

/** @throws {ConfigError} for the first relation between settings that does not hold. */
export function checkRelations(config: Config): void {
  for (const relation of relations) {
    if (!relation.holds(config)) throw new ConfigError(relation.text);
  }
}
