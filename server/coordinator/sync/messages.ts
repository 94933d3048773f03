// Everything that happens to the shared primitives, and all that they say: one row each.
import { type Row, type RowCodec, rowCodec } from '../../row-codec.ts';
import type { SyncErrorCode } from './errors.ts';

/** What a field holds, and whether a value is that. Not by a library of schemas, which would cost every
 *  process that is started more time than all the rest. Ranges are `ranges.ts`'s to check. */
interface Field<T> {
  readonly holds?: T;
  readonly is: Check;
}
type Check = (value: unknown) => boolean;
function field<T>(is: Check): Field<T> {
  return { is };
}

const TEXT_CHARACTERS_MAX = 1000;
const isText: Check = (value) =>
  typeof value === 'string' && value.length <= TEXT_CHARACTERS_MAX && value.isWellFormed();
const isNumber: Check = (value) => typeof value === 'number';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean: Check = (value) => typeof value === 'boolean';
/** A value as it is sent: what is made of parts is bytes, which only processes of the group unpack. */
const isPacked: Check = (value) =>
  value === null ||
  typeof value === 'number' ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Uint8Array;
const isAnything: Check = () => true;
const text = field<string>(isText);
const number = field<number>(isNumber);
const count = field<number>(isCount);
const boolean = field<boolean>(isBoolean);
const packed = field<unknown>(isPacked);
/** In replies, which the coordinator makes. */
const anything = field<unknown>(isAnything);

interface SyncRow extends Row {
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}

/** A process or a session; shown to people in `DEADLOCK`. */
const owner = text;
/** Numbers an owner's requests from 1. A number that is not above the last one is a repetition, and
 *  is ignored. */
const request = count;
/** The `serial` up to which the owner has received every reply when it sent this. */
const received = count;
/** What all requests about a named object have. `quiet`: no reply, unless it fails. */
const common = { owner, request, received, quiet: boolean, name: text };
/** `null`: waits as long as it takes; 0: does not wait. */
const timeoutMs = field<number | null>((value) => value === null || isNumber(value));
/** Which of the owner's tasks holds a lock: re-entrance and deadlocks go by owner and task. An
 *  owner that does one thing at a time says 0. It waits for one thing at a time. */
const task = count;
/** After this the lock frees itself; 0: never. */
const leaseMs = number;
/** The number of an item in its queue; of `taskDone`, 0: the one that was taken first. */
const item = count;

/** What an object is, and what it is made with. */
export type ObjectSpec =
  | { readonly kind: 'lock' | 'rlock' | 'event' }
  | { readonly kind: 'semaphore' | 'boundedSemaphore'; readonly permits: number }
  /** `lock`: the name of a lock or rlock that the owner has open. */
  | { readonly kind: 'condition'; readonly lock: string }
  | { readonly kind: 'barrier'; readonly parties: number }
  | { readonly kind: 'value'; readonly initial: unknown }
  /** `maxSize` 0: as many as the limits allow. */
  | { readonly kind: 'queue' | 'joinableQueue'; readonly maxSize: number };

/** What each kind of object is made with, beside its kind. */
const specMembers: Readonly<Record<ObjectSpec['kind'], Readonly<Record<string, Check>>>> = {
  lock: {},
  rlock: {},
  event: {},
  semaphore: { permits: isNumber },
  boundedSemaphore: { permits: isNumber },
  condition: { lock: isText },
  barrier: { parties: isNumber },
  value: { initial: isPacked },
  queue: { maxSize: isNumber },
  joinableQueue: { maxSize: isNumber },
};
const isSpec: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, ...rest } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(specMembers, kind)) return false;
  const members = Object.entries(specMembers[kind as ObjectSpec['kind']]);
  if (Object.keys(rest).length !== members.length) return false;
  return members.every(([name, is]) => is(rest[name]));
};
const spec = field<ObjectSpec>(isSpec);
const isVersion: Check = (value) => value === null || isCount(value);

export const inputKinds = {
  /** The owner is there, for the first time or again. Answered by `attached`, then by the replies
   *  after `received`. An owner that is attached may send it to be told what has arrived. */
  attach: { tag: 1, fields: { owner, received } },
  /** The owner is dead: what it held is free, what it waited for is forgotten. */
  gone: { tag: 2, fields: { owner } },
  received: { tag: 3, fields: { owner, received } },
  /** The coordinator is a new process. Owners that do not attach within `graceMs` are gone then.
   *  `forgot`: what was held is not known; until then locks are only reclaimed, not granted. */
  restarted: { tag: 4, fields: { graceMs: number, forgot: boolean } },
  /** Nothing but the time that has come. */
  expire: { tag: 5, fields: {} },
  /** Ends the wait of request `target`; nothing, when that has been answered. Without a reply. */
  cancel: { tag: 6, fields: { owner, request, received, target: request } },
  open: { tag: 7, fields: { ...common, spec } },
  /** The counterpart of one `open`; after the last one the owner holds nothing of it. */
  drop: { tag: 8, fields: common },
  /** What anyone may know of the object. */
  look: { tag: 9, fields: common },
  acquire: { tag: 10, fields: { ...common, task, timeoutMs, leaseMs } },
  /** `fence` 0: whatever the task holds. `count`: permits, of a semaphore. */
  release: { tag: 11, fields: { ...common, task, fence: number, count: number } },
  /** What the owner held before `restarted`. */
  reclaim: {
    tag: 12,
    fields: { ...common, task, fence: number, levels: number, leaseMs },
  },
  wait: { tag: 13, fields: { ...common, task, timeoutMs } },
  /** `count` 0: all. */
  notify: { tag: 14, fields: { ...common, task, count: number } },
  set: { tag: 15, fields: common },
  clear: { tag: 16, fields: common },
  reset: { tag: 17, fields: common },
  abort: { tag: 18, fields: common },
  read: { tag: 19, fields: common },
  write: { tag: 20, fields: { ...common, value: packed } },
  add: { tag: 21, fields: { ...common, amount: field<number>(isPacked) } },
  /** Where the value is of this version; `null`: where it equals `expected`. */
  compareAndSet: {
    tag: 22,
    fields: {
      ...common,
      expected: packed,
      value: packed,
      version: field<number | null>(isVersion),
    },
  },
  put: { tag: 23, fields: { ...common, value: packed, timeoutMs } },
  /** `auto`: confirmed by the owner's next get of this queue that it sends after it has the item,
   *  or by its `drop`. */
  get: { tag: 24, fields: { ...common, timeoutMs, auto: boolean } },
  confirm: { tag: 25, fields: { ...common, item } },
  /** Back to the front; others may have it. */
  putBack: { tag: 26, fields: { ...common, item } },
  taskDone: { tag: 27, fields: { ...common, item } },
  join: { tag: 28, fields: { ...common, timeoutMs } },
  close: { tag: 29, fields: common },
} as const satisfies Record<string, SyncRow>;

export const replyKinds = {
  /** `resumed` false: nothing of this owner was known. The owner sends requests after `lastRequest`
   *  again. */
  attached: { tag: 1, fields: { owner, lastRequest: request, resumed: boolean } },
  done: { tag: 2, fields: { owner, serial: number, request, value: anything } },
  /** `detail` may be ''. */
  failed: {
    tag: 3,
    fields: {
      owner,
      serial: number,
      request,
      code: field<SyncErrorCode>(isAnything),
      detail: text,
    },
  },
  /** A lock that the owner held is free by its lease. */
  lost: {
    tag: 4,
    fields: { owner, serial: number, name: text, fence: number },
  },
  /** What a `get` got. `deliveries`: how often the item was given to someone, this time included. */
  given: {
    tag: 5,
    fields: {
      owner,
      serial: number,
      request,
      item,
      value: anything,
      deliveries: number,
    },
  },
} as const satisfies Record<string, SyncRow>;

type MessageOf<T extends Record<string, SyncRow>> = {
  [K in keyof T]: { readonly kind: K } & FieldsOf<T[K]['fields']>;
}[keyof T];
type FieldsOf<F extends SyncRow['fields']> = {
  readonly [N in keyof F]: F[N] extends Field<infer T> ? T : never;
};

export type SyncInput = MessageOf<typeof inputKinds>;
export type Reply = MessageOf<typeof replyKinds>;
/** A reply that is kept until it has been received. */
export type NumberedReply = Exclude<Reply, { kind: 'attached' }>;
/** An input about a named object. */
export type Request = Extract<SyncInput, { name: string }>;
export type RequestOf<K extends Request['kind']> = Extract<Request, { kind: K }>;

/** Messages as compact arrays. `fromArray` throws {RangeError} for an unknown tag. */
function codecOf<M>(table: Readonly<Record<string, SyncRow>>): RowCodec<M> {
  return rowCodec(table, 'kind', (tag) => {
    throw new RangeError(`a message of unknown kind ${tag}`);
  });
}

export const syncInputCodec = codecOf<SyncInput>(inputKinds);
export const syncReplyCodec = codecOf<Reply>(replyKinds);

const inputChecks = new Map<unknown, readonly (readonly [name: string, is: Check])[]>(
  Object.values(inputKinds).map(({ tag, fields }) => [
    tag,
    Object.entries(fields as SyncRow['fields']).map(([name, { is }]) => [name, is] as const),
  ]),
);

/** What is wrong with an array that should be an input; undefined where nothing is. */
export function faultOfInput(values: readonly unknown[]): string | undefined {
  const checks = inputChecks.get(values[0]);
  if (!checks) return 'there is no such kind of message';
  if (values.length !== checks.length + 1) return 'a message has too few or too many fields';
  for (let i = 0; i < checks.length; i++) {
    const [name, is] = checks[i]!;
    if (!is(values[i + 1])) return `${name} is of a wrong type`;
  }
  return undefined;
}
