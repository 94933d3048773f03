// What a room must not call, and what its author uses instead.

/** Calls for which one sentence holds. */
export interface TrapGroup {
  /** The end of the sentence "Date.now() in tick: …". */
  readonly use: string;
  /** Functions of globals, as `Math.random` or `fetch`, or of what the path leads to. */
  readonly globals?: readonly string[];
  /** Functions of modules of Node; `*` are all that begin with a small letter. */
  readonly modules?: Readonly<Record<string, readonly string[]>>;
}

const SAME = 'the same when the room is recovered or replayed';

export const trapGroups: readonly TrapGroup[] = [
  {
    use: `use room.now, which is ${SAME}`,
    globals: [
      'Date.now',
      'Performance.prototype.now',
      'process.hrtime',
      'process.hrtime.bigint',
      'process.uptime',
    ],
  },
  {
    use: `use room.random, whose numbers are ${SAME}`,
    globals: ['Math.random', 'Crypto.prototype.randomUUID', 'Crypto.prototype.getRandomValues'],
    modules: {
      crypto: [
        ...['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync'],
        ...['getRandomValues', 'generateKey', 'generateKeySync', 'generateKeyPair'],
        ...['generateKeyPairSync', 'generatePrime', 'generatePrimeSync', 'pseudoRandomBytes'],
      ],
    },
  },
  {
    use:
      'a recovered room has no timers: keep in room.state the time at which something is due, and compare it ' +
      'with room.now in tick',
    globals: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process.nextTick'],
    modules: {
      timers: ['setTimeout', 'setInterval', 'setImmediate'],
      'timers/promises': ['*'],
    },
  },
  {
    use:
      'it would be sent again whenever the room is repeated (by the standby, a recovery, a replay): send it from ' +
      'a script beside the server, whose commands bring the answer into the room',
    globals: ['fetch', 'WebSocket', 'EventSource', 'BroadcastChannel', 'MessageChannel'],
    modules: {
      net: ['connect', 'createConnection', 'createServer', 'Socket', 'Server'],
      http: ['request', 'get', 'createServer'],
      https: ['request', 'get', 'createServer'],
      http2: ['connect', 'createServer', 'createSecureServer'],
      tls: ['connect', 'createServer'],
      dgram: ['createSocket'],
      dns: ['*'],
      'dns/promises': ['*'],
    },
  },
  {
    use:
      'the file may be another one when the room is recovered: read it when the module is loaded, or in ' +
      'prepare, and keep in room.state whatever the room must remember',
    modules: { fs: ['*'], 'fs/promises': ['*'] },
  },
  {
    use: 'it would run again whenever the room is repeated: use prepare, or a script beside the server',
    modules: {
      child_process: ['*'],
      worker_threads: ['Worker'],
    },
  },
  {
    use:
      'it may differ in the process that recovers the room: read it when the module is loaded, and keep in ' +
      'room.state whatever must stay the same',
    globals: ['process.memoryUsage', 'process.cpuUsage', 'process.resourceUsage', 'process.cwd'],
    modules: { os: ['*'] },
  },
  {
    use: 'its result depends on the garbage collector: keep the object, or its id in room.state',
    globals: ['WeakRef.prototype.deref', 'FinalizationRegistry'],
  },
];

export const CLOCK = trapGroups[0]!.use;
export const MACHINE =
  'it may differ in the process that recovers the room: read it when the module is loaded';

const LOCAL =
  'the time zone may be another one where the room is recovered or replayed: use the method with UTC in its name, ' +
  'as getUTCHours or toISOString';

/** Methods of dates that use the time zone of the machine. */
export const zoneMethods: readonly string[] = [
  ...['Date', 'Day', 'FullYear', 'Hours', 'Minutes', 'Month', 'TimezoneOffset', 'Year'].map(
    (part) => `get${part}`,
  ),
  ...['Date', 'FullYear', 'Hours', 'Minutes', 'Month', 'Year'].map((part) => `set${part}`),
  ...['toString', 'toDateString', 'toTimeString'],
];
export const ZONE = LOCAL;

export const LANGUAGE =
  "the language of the machine may be another one where the room is recovered or replayed: name one, as 'en'";
export const LANGUAGE_AND_ZONE =
  'language and time zone of the machine may be others where the room is recovered or replayed: name both, as ' +
  "('en', { timeZone: 'UTC' })";

/** Methods and constructors that use the language of the machine where none is named, and at which argument
 *  that is. */
export const languageMethods: readonly (readonly [path: string, argument: number])[] = [
  ['String.prototype.localeCompare', 1],
  ['String.prototype.toLocaleLowerCase', 0],
  ['String.prototype.toLocaleUpperCase', 0],
  ['Number.prototype.toLocaleString', 0],
  ['BigInt.prototype.toLocaleString', 0],
  ['Array.prototype.toLocaleString', 0],
  ...[
    ...['Collator', 'DisplayNames', 'DurationFormat', 'ListFormat', 'NumberFormat', 'PluralRules'],
    ...['RelativeTimeFormat', 'Segmenter'],
  ].map((name) => [`Intl.${name}`, 0] as const),
];

/** The same, and the time zone where the option `timeZone` is missing. */
export const dateTexts: readonly string[] = [
  'Date.prototype.toLocaleString',
  'Date.prototype.toLocaleDateString',
  'Date.prototype.toLocaleTimeString',
  'Intl.DateTimeFormat',
];
