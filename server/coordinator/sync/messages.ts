// Everything that happens to the shared primitives, and all that they say: one row each.
import { type Row, type RowCodec, rowCodec } from '../../row-codec.ts';
import type { SyncErrorCode } from './errors.ts';

/** What a field holds. For types only: a library of schemas would cost every process that is started
 *  more time than all the rest, and nothing is checked here. */
interface Field<T> {
  readonly holds?: T;
}
function field<T>(): Field<T> {
  return {};
}

interface SyncRow extends Row {
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}

/** A process or a session; shown to people in `DEADLOCK`. */
const owner = field<string>();
/** Numbers an owner's requests from 1. A number that is not above the last one is a repetition, and
 *  is ignored. */
const request = field<number>();
/** The `serial` up to which the owner has received every reply when it sent this. */
const received = field<number>();
/** What all requests about a named object have. `quiet`: no reply, unless it fails. */
const common = { owner, request, received, quiet: field<boolean>(), name: field<string>() };
/** `null`: waits as long as it takes; 0: does not wait. */
const timeoutMs = field<number | null>();
/** Which of the owner's tasks holds a lock: re-entrance and deadlocks go by owner and task. An
 *  owner that does one thing at a time says 0. It waits for one thing at a time. */
const task = field<number>();
/** After this the lock frees itself; 0: never. */
const leaseMs = field<number>();
/** The number of an item in its queue; of `taskDone`, 0: the one that was taken first. */
const item = field<number>();
const anything = field<unknown>();

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

export const inputKinds = {
  /** The owner is there, for the first time or again. Answered by `attached`, then by the replies
   *  after `received`. */
  attach: { tag: 1, fields: { owner, received } },
  /** The owner is dead: what it held is free, what it waited for is forgotten. */
  gone: { tag: 2, fields: { owner } },
  received: { tag: 3, fields: { owner, received } },
  /** The coordinator is a new process. Owners that do not attach within `graceMs` are gone then.
   *  `forgot`: what was held is not known; until then locks are only reclaimed, not granted. */
  restarted: { tag: 4, fields: { graceMs: field<number>(), forgot: field<boolean>() } },
  /** Nothing but the time that has come. */
  expire: { tag: 5, fields: {} },
  /** Ends the wait of request `target`; nothing, when that has been answered. Without a reply. */
  cancel: { tag: 6, fields: { owner, request, received, target: request } },
  open: { tag: 7, fields: { ...common, spec: field<ObjectSpec>() } },
  /** The counterpart of one `open`; after the last one the owner holds nothing of it. */
  drop: { tag: 8, fields: common },
  /** What anyone may know of the object. */
  look: { tag: 9, fields: common },
  acquire: { tag: 10, fields: { ...common, task, timeoutMs, leaseMs } },
  /** `fence` 0: whatever the task holds. `count`: permits, of a semaphore. */
  release: { tag: 11, fields: { ...common, task, fence: field<number>(), count: field<number>() } },
  /** What the owner held before `restarted`. */
  reclaim: {
    tag: 12,
    fields: { ...common, task, fence: field<number>(), levels: field<number>(), leaseMs },
  },
  wait: { tag: 13, fields: { ...common, task, timeoutMs } },
  /** `count` 0: all. */
  notify: { tag: 14, fields: { ...common, task, count: field<number>() } },
  set: { tag: 15, fields: common },
  clear: { tag: 16, fields: common },
  reset: { tag: 17, fields: common },
  abort: { tag: 18, fields: common },
  read: { tag: 19, fields: common },
  write: { tag: 20, fields: { ...common, value: anything } },
  add: { tag: 21, fields: { ...common, amount: field<number>() } },
  compareAndSet: { tag: 22, fields: { ...common, expected: anything, value: anything } },
  put: { tag: 23, fields: { ...common, value: anything, timeoutMs } },
  /** `auto`: confirmed by the owner's next get of this queue that it sends after it has the item,
   *  or by its `drop`. */
  get: { tag: 24, fields: { ...common, timeoutMs, auto: field<boolean>() } },
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
  attached: { tag: 1, fields: { owner, lastRequest: request, resumed: field<boolean>() } },
  done: { tag: 2, fields: { owner, serial: field<number>(), request, value: anything } },
  /** `detail` may be ''. */
  failed: {
    tag: 3,
    fields: {
      owner,
      serial: field<number>(),
      request,
      code: field<SyncErrorCode>(),
      detail: field<string>(),
    },
  },
  /** A lock that the owner held is free by its lease. */
  lost: {
    tag: 4,
    fields: { owner, serial: field<number>(), name: field<string>(), fence: field<number>() },
  },
  /** What a `get` got. `deliveries`: how often the item was given to someone, this time included. */
  given: {
    tag: 5,
    fields: {
      owner,
      serial: field<number>(),
      request,
      item,
      value: anything,
      deliveries: field<number>(),
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
