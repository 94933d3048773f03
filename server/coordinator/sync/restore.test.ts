// What is restored goes on as if nothing had happened, whatever is asked of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  joinSlices,
  type ObjectSpec,
  type Reply,
  type SyncInput,
  SyncState,
  syncInputCodec,
  syncReplyCodec,
} from './index.ts';
import { slicesOf } from './saved.ts';
import { reread } from './test-group.ts';

const LIMITS = {
  waitersMax: 3,
  unconfirmedMax: 2,
  objectsMax: 11,
  repliesMax: 8,
  objectBytesMax: 1400,
  ownerBytesMax: 4000,
};
const specs: readonly (readonly [string, ObjectSpec])[] = [
  ['lock', { kind: 'lock' }],
  ['rlock', { kind: 'rlock' }],
  ['semaphore', { kind: 'semaphore', permits: 1 }],
  ['bounded', { kind: 'boundedSemaphore', permits: 2 }],
  ['event', { kind: 'event' }],
  ['condition', { kind: 'condition', lock: 'rlock' }],
  ['another', { kind: 'barrier', parties: 3 }],
  ['barrier', { kind: 'barrier', parties: 3 }],
  ['value', { kind: 'value', initial: 1 }],
  ['queue', { kind: 'queue', maxSize: 2 }],
  ['tasks', { kind: 'joinableQueue', maxSize: 0 }],
];
const specOf = new Map(specs);

const one = fc.integer({ min: 0, max: 4 });
const timeoutMs = fc.constantFrom(null, 0, 3, 8);
const value = fc.constantFrom<unknown>(0, 1, 'x', { a: [1, null] }, new Uint8Array([1, 2]));
/** Whatever can be in an input, for all kinds at once. */
const everything = fc.record({
  owner: fc.constantFrom('ada', 'bob', 'cat'),
  quiet: fc.boolean(),
  task: fc.constantFrom(0, 0, 1),
  timeoutMs,
  leaseMs: fc.constantFrom(0, 4),
  fence: fc.constantFrom(0, 0, 0, 2, 9),
  count: one,
  levels: one,
  amount: one,
  item: one,
  auto: fc.boolean(),
  forgot: fc.boolean(),
  graceMs: one,
  expected: value,
  value,
  version: fc.constantFrom(null, null, 0, 1),
  /** How many of its replies the owner has not received, and how far back what it cancels is. */
  missing: one,
});
/** What is asked of what: mostly of something that can do it. */
const queues = ['queue', 'tasks'];
const asked: readonly (readonly [weight: number, kinds: string, names: readonly string[]])[] = [
  [9, 'acquire release', ['lock', 'rlock', 'rlock', 'semaphore', 'bounded']],
  [1, 'reclaim', ['lock', 'rlock']],
  [4, 'wait', ['condition', 'condition', 'barrier', 'another', 'event']],
  [2, 'notify', ['condition']],
  [1, 'set clear', ['event']],
  [1, 'reset abort', ['barrier']],
  [2, 'read write add compareAndSet', ['value']],
  [8, 'put get', queues],
  [3, 'confirm putBack taskDone join', queues],
  [4, 'cancel', queues],
  [1, 'open drop look', [...specOf.keys()]],
  [1, 'attach received expire', queues],
  [1, 'gone restarted close set', queues],
];
const kindAndName = fc.oneof(
  ...asked.map(([weight, kinds, names]) => ({
    weight,
    arbitrary: fc.tuple(fc.constantFrom(...kinds.split(' ')), fc.constantFrom(...names)),
  })),
);
const steps = fc.array(
  fc
    .tuple(kindAndName, everything, fc.constantFrom(0, 0, 1, 3), fc.boolean())
    .map(([[kind, name], given, ms, reload]) => ({ kind, given: { ...given, name }, ms, reload })),
  { maxLength: 80, size: 'max' },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  request: number;
  received: number;
  serial: number;
}

/** All that is said when it is fed so, and what is remembered at the end. */
function story(
  given: Steps,
  reloads: boolean,
  watch?: (state: SyncState) => void,
): { replies: Reply[]; state: SyncState } {
  let state = new SyncState({ limits: LIMITS });
  const replies: Reply[] = [];
  const owners = new Map<string, Told>();
  let now = 0;
  const feed = (input: SyncInput) => {
    watch?.(state);
    const packed = reread(syncInputCodec.toArray(input));
    for (const reply of state.apply(now, syncInputCodec.fromArray(packed))) {
      replies.push(syncReplyCodec.fromArray(reread(syncReplyCodec.toArray(reply))));
      const told = owners.get(reply.owner);
      if (told && 'serial' in reply) told.serial = Math.max(told.serial, reply.serial);
    }
  };
  const input = (of: string, fields: Steps[number]['given']): SyncInput => {
    const told = owners.get(fields.owner)!;
    told.received = Math.max(told.received, told.serial - fields.missing);
    const { received } = told;
    const target = told.request - fields.missing;
    if (of !== 'attach') told.request++;
    const spec = specOf.get(fields.name)!;
    return { ...fields, kind: of, spec, request: told.request, received, target } as never;
  };
  const begin = (owner: string) => {
    owners.set(owner, { request: 0, received: 0, serial: 0 });
    feed({ kind: 'attach', owner, received: 0 });
    for (const [name] of specs) {
      const open = { owner, name, quiet: true, missing: 0 } as Steps[number]['given'];
      feed(input('open', open));
    }
  };
  for (const owner of ['ada', 'bob', 'cat']) begin(owner);
  for (const step of given) {
    now += step.ms;
    feed(input(step.kind, step.given));
    const last = replies.at(-1);
    const isUnknown = last?.kind === 'failed' && last.code === 'UNKNOWN_OWNER';
    if (step.kind === 'gone' || isUnknown) begin(step.given.owner);
    if (reloads && step.reload) state = SyncState.restore(reread(state.save()), LIMITS);
  }
  return { replies, state };
}

interface Saving {
  readonly expected: unknown;
  /** Returns whether that was the end. */
  goOn(): boolean;
  saved(): unknown;
}

function beginToSave(state: SyncState): Saving {
  const expected = reread(state.save());
  const capture = state.capture();
  const objects = capture.savedObjects();
  const owners = joinSlices(capture.rest, slicesOf('owners', capture.owners));
  const found: object[] = [];
  return {
    expected,
    goOn() {
      const { done, value } = objects.next();
      if (!done) found.push(value);
      return done === true;
    },
    saved: () => {
      const { objects } = joinSlices(capture.rest, slicesOf('objects', found));
      return reread({ ...owners, objects });
    },
  };
}

/** Owner and request of everything that waits, as far as what was saved says. */
function waitingIn(saved: unknown): string[] {
  if (saved === null || typeof saved !== 'object') return [];
  if ('outcome' in saved && 'input' in saved) {
    const { owner, request } = saved.input as { owner: string; request: number };
    return [`${owner} ${request}`];
  }
  return Object.values(saved).flatMap(waitingIn);
}

describe('A state that is written down and read again at any moment', () => {
  it('says and remembers what it would have, whatever it is fed', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const [once, again] = [story(given, false), story(given, true)];
        expect(again.replies).toEqual(once.replies);
        expect(reread(again.state.save())).toEqual(reread(once.state.save()));
        expect(again.state.counts).toEqual(once.state.counts);
        expect(again.state.nextDeadline()).toBe(once.state.nextDeadline());
      }),
      { numRuns: 300 },
    );
  });

  it('is the state of the moment at which its saving began, whatever comes before its end', () => {
    let whole = 0;
    fc.assert(
      fc.property(steps, fc.array(fc.nat({ max: 12 }), { minLength: 1 }), (given, pace) => {
        let turn = 0;
        let saving: Saving | undefined;
        story(given, false, (state) => {
          saving ??= beginToSave(state);
          // Objects one by one, as if each were a slice.
          for (let some = pace[turn++ % pace.length]!; some > 7 && saving; some--) {
            if (!saving.goOn()) continue;
            expect(saving.saved()).toEqual(saving.expected);
            saving = undefined;
            whole++;
          }
        });
      }),
      { numRuns: 200 },
    );
    expect(whole).toBeGreaterThan(100);
  });

  it('answers no request twice, and none that still waits', () => {
    fc.assert(
      fc.property(steps, (given) => {
        // Requests are numbered anew after these; attach repeats what was not received.
        const again = ['gone', 'attach', 'restarted'];
        const kinds = given.filter(({ kind }) => !again.includes(kind));
        const { replies, state } = story(kinds, true);
        const answered = replies.flatMap((reply) =>
          'request' in reply ? [`${reply.owner} ${reply.request}`] : [],
        );
        const waiting = waitingIn(state.save().objects);
        const all = [...answered, ...waiting];
        expect(new Set(all).size).toBe(all.length);
      }),
      { numRuns: 200 },
    );
  });
});
