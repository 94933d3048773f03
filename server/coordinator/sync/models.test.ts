// Each primitive does what the simplest model of it does, whatever several owners do to it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectSpec, Reply, Request } from './index.ts';
import { answerOf, Group } from './test-group.ts';
import { LockModel, type Model, type Said, SemaphoreModel } from './test-models.ts';
import { BarrierModel, EventModel, QueueModel, ValueModel } from './test-more-models.ts';

const OWNERS = ['ada', 'bob', 'cat'];

type Act =
  | { readonly kind: Request['kind']; readonly name: string; readonly fields: object }
  | { readonly kind: 'cancel'; readonly back: number }
  | { readonly kind: 'die' }
  | { readonly kind: 'reload' };
interface Step {
  readonly owner: string;
  readonly ms: number;
  /** Whether the owner receives its replies before it does this. */
  readonly hears: boolean;
  readonly act: Act;
}

const timeoutMs = fc.constantFrom(null, null, 0, 3, 10);
const task = fc.constantFrom(0, 0, 0, 1);
function ask(kind: Request['kind'], name: string, fields: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record(fields).map((given): Act => ({ kind, name, fields: given }));
}

function stepsOf(...asks: fc.Arbitrary<Act>[]): fc.Arbitrary<Step[]> {
  const back = fc.integer({ min: 0, max: 5 });
  const act = fc.oneof(
    { arbitrary: fc.oneof(...asks), weight: 12 },
    { arbitrary: back.map((n): Act => ({ kind: 'cancel', back: n })), weight: 1 },
    { arbitrary: fc.constant<Act>({ kind: 'die' }), weight: 1 },
    { arbitrary: fc.constant<Act>({ kind: 'reload' }), weight: 1 },
  );
  const owner = fc.constantFrom(...OWNERS);
  const ms = fc.constantFrom(0, 0, 1, 2, 5);
  return fc.array(fc.record({ owner, ms, hears: fc.boolean(), act }), {
    maxLength: 80,
    size: 'max',
  });
}

type Objects = readonly (readonly [name: string, spec: ObjectSpec])[];

function inOrder(said: readonly Said[]): Said[] {
  return said.toSorted(([a, m], [b, n]) => (a === b ? m - n : a < b ? -1 : 1));
}

function saidIn(replies: readonly Reply[]): Said[] {
  return replies.flatMap((reply): Said[] => {
    if (reply.kind === 'attached') return [];
    if (reply.kind === 'lost') return [[reply.owner, 0, `lost ${reply.name} ${reply.fence}`]];
    return [[reply.owner, reply.request, answerOf(reply)]];
  });
}

/** One step, to the state and to the model. */
function take(group: Group, model: Model, objects: Objects, { owner, ms, hears, act }: Step): void {
  const opens = (who: string) => {
    for (const [name, spec] of objects) group.open(name, spec, [who]);
  };
  const before = group.replies.length;
  group.wait(ms);
  model.advance(group.now);
  if (hears && act.kind !== 'die') {
    group.hear(owner);
    model.hear(owner);
  }
  switch (act.kind) {
    case 'reload': {
      const { bytes } = group.state.counts;
      group.reload();
      expect(group.state.counts.bytes).toBe(bytes);
      break;
    }
    case 'die':
      group.gone(owner);
      model.gone(owner);
      break;
    case 'cancel': {
      const request = group.lastRequest(owner) - act.back;
      group.cancel({ owner, request, answer: undefined });
      model.cancel(owner, request);
      break;
    }
    default: {
      const { kind, name, fields } = act;
      const { request } = group.askDeaf(owner, kind, name, fields);
      model.ask({ owner, request, kind, name, fields: { ...fields } });
    }
  }
  expect(inOrder(saidIn(group.replies.slice(before)))).toEqual(inOrder(model.said));
  model.said = [];
  if (act.kind === 'die') {
    group.attach(owner);
    opens(owner);
  }
}

function check(objects: Objects, newModel: () => Model, steps: fc.Arbitrary<Step[]>): void {
  fc.assert(
    fc.property(steps, (given) => {
      const group = new Group(OWNERS);
      for (const [name, spec] of objects) group.open(name, spec);
      const model = newModel();
      model.now = group.now;
      for (const step of given) take(group, model, objects, step);
      // Nobody waits who could be served, and nothing is due that is forgotten.
      expect(group.state.nextDeadline() ?? Number.POSITIVE_INFINITY).toBe(model.nextDeadline());
      for (const owner of OWNERS) group.gone(owner);
      expect(group.state.nextDeadline()).toBe(undefined);
      // Owners that are gone hold no bytes: only queues with items are left.
      const left = group.state.counts;
      expect(left.bytes > 0).toBe(left.objects > 0);
    }),
    { numRuns: 300 },
  );
}

const leaseMs = fc.constantFrom(0, 0, 4);
const acquires = ['a', 'b', 'r', 'r'].map((name) =>
  ask('acquire', name, { task, timeoutMs, leaseMs }),
);
const releases = ['a', 'b', 'r', 'r'].map((name) => ask('release', name, { task }));

describe('By their models', () => {
  it('locks, rlocks and conditions do the same, deadlocks included', () => {
    const objects: Objects = [
      ['a', { kind: 'lock' }],
      ['b', { kind: 'lock' }],
      ['r', { kind: 'rlock' }],
      ['c', { kind: 'condition', lock: 'r' }],
    ];
    const wait = ask('wait', 'c', { task, timeoutMs });
    const notify = ask('notify', 'c', { task, count: fc.constantFrom(0, 1, 2) });
    check(objects, () => new LockModel(), stepsOf(...acquires, ...releases, wait, wait, notify));
  });

  it('conditions with many who wait do the same', () => {
    const objects: Objects = [
      ['r', { kind: 'rlock' }],
      ['c', { kind: 'condition', lock: 'r' }],
    ];
    const unbounded = { task: fc.constant(0), timeoutMs: fc.constantFrom(null, null, null, 9) };
    const acquire = ask('acquire', 'r', { ...unbounded, leaseMs: fc.constant(0) });
    const wait = ask('wait', 'c', unbounded);
    const count = fc.constantFrom(0, 1, 2);
    const notify = ask('notify', 'c', { task: fc.constant(0), count });
    const release = ask('release', 'r', { task: fc.constant(0) });
    const steps = stepsOf(acquire, acquire, wait, wait, wait, release, notify);
    check(objects, () => new LockModel(), steps);
  });

  it.each([false, true])('semaphores do the same (bounded: %s)', (bounded) => {
    const kind = bounded ? 'boundedSemaphore' : 'semaphore';
    const acquire = ask('acquire', 's', { timeoutMs });
    const release = ask('release', 's', { count: fc.constantFrom(1, 1, 2) });
    check(
      [['s', { kind, permits: 2 }]],
      () => new SemaphoreModel(2, bounded),
      stepsOf(acquire, acquire, release),
    );
  });

  it('events do the same', () => {
    const wait = ask('wait', 'e', { timeoutMs });
    const steps = stepsOf(wait, wait, ask('set', 'e', {}), ask('clear', 'e', {}));
    check([['e', { kind: 'event' }]], () => new EventModel(), steps);
  });

  it.each([1, 3])('barriers do the same (%i parties)', (parties) => {
    const wait = ask('wait', 'b', { timeoutMs });
    const waits = Array.from({ length: 6 }, () => wait);
    const steps = stepsOf(...waits, ask('reset', 'b', {}), ask('abort', 'b', {}));
    check([['b', { kind: 'barrier', parties }]], () => new BarrierModel(parties), steps);
  });

  it('values do the same', () => {
    const value = fc.constantFrom<unknown>(0, 1, 2, { x: [1] }, null);
    const steps = stepsOf(
      ask('read', 'v', {}),
      ask('write', 'v', { value }),
      ask('add', 'v', { amount: fc.integer({ min: -2, max: 2 }) }),
      ask('compareAndSet', 'v', { expected: value, value, version: fc.constant(null) }),
      ask('compareAndSet', 'v', { expected: value, value, version: fc.nat({ max: 9 }) }),
    );
    check([['v', { kind: 'value', initial: 0 }]], () => new ValueModel(), steps);
  });

  it.each([false, true])('queues do the same (joinable: %s)', (joinable) => {
    const kind = joinable ? 'joinableQueue' : 'queue';
    const put = ask('put', 'q', { value: fc.nat({ max: 9 }), timeoutMs });
    const get = ask('get', 'q', { timeoutMs, auto: fc.boolean() });
    const item = fc.integer({ min: 0, max: 6 });
    const settle = (['confirm', 'putBack'] as const).map((one) => ask(one, 'q', { item }));
    const tasks = [ask('taskDone', 'q', { item: fc.constantFrom(0, 1, 2) })];
    const joins = [...tasks, ...tasks, ask('join', 'q', { timeoutMs })];
    const asks = [put, put, put, get, get, get, ...settle, ...(joinable ? joins : [])];
    const close = fc.oneof(
      { arbitrary: put, weight: 9 },
      { arbitrary: ask('close', 'q', {}), weight: 1 },
    );
    const newModel = () => new QueueModel(2, joinable);
    check([['q', { kind, maxSize: 2 }]], newModel, stepsOf(...asks, close));
  });
});
