// Histories of processes that are killed at random: each is as if one thing came after another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Operation,
  refutation,
  type Sequential,
} from '../../coordinator/sync/test-history.ts';
import {
  type LockInput,
  type LockOutput,
  type QueueInput,
  type QueueOutput,
  sequentialLock,
  sequentialQueue,
  sequentialValue,
  type ValueInput,
  type ValueOutput,
} from '../../coordinator/sync/test-sequential.ts';
import type { Order } from './fixture-member.ts';
import { Group, runTask } from './index.ts';
import { DIED, Member } from './test-member.ts';

const CLIENTS = 4;
const STEPS = 40;
const DEATH = 0.03;

let group: Group;
beforeAll(async () => {
  group = await Group.start();
});
afterAll(() => group.close());

const random = (below: number): number => Math.floor(Math.random() * below);

/** One step of a client: what it says of it, and what it does. */
interface Step<I, O> {
  readonly input: I;
  readonly call: Order['call'];
  output(answer: unknown): O;
}

/** Clients that do `next` one step after another, and are killed in the midst of some.
 *  @param next is given what the client's last step gave. */
async function record<I, O>(
  open: Order['open'],
  gone: I | undefined,
  next: (last: Operation<I, O> | undefined) => Step<I, O>,
): Promise<Operation<I, O>[]> {
  const seen: Operation<I, O>[] = [];
  const born = async (client: string): Promise<Member> => {
    const member = await Member.start(group.environment);
    await member.ask(['lock', `life of ${client}`], 'acquire');
    return member;
  };
  /** All that a dead client had is free when its life is. */
  const buried = async (client: string, called: number): Promise<void> => {
    const life = await group.lock(`life of ${client}`);
    await runTask(() => life.acquire());
    const end = { called, returned: performance.now() };
    if (gone !== undefined) seen.push({ client, input: gone, output: 'done' as O, ...end });
  };
  const live = async (id: number): Promise<void> => {
    let client = `${open[0]} ${id}`;
    let member = await born(client);
    let last: Operation<I, O> | undefined;
    for (let i = 0; i < STEPS; i++) {
      const { input, call, output } = next(last);
      const called = performance.now();
      const asked = member.ask(open, ...call);
      const dies = Math.random() < DEATH;
      const diesAt = performance.now();
      if (dies) await member.kill();
      const answer = await asked;
      const returned = performance.now();
      const told = answer === DIED ? undefined : output(answer);
      last = { client, input, output: told, called, returned };
      seen.push(last);
      if (!dies) continue;
      await buried(client, diesAt);
      client = `${open[0]} ${id} after ${i}`;
      member = await born(client);
      last = undefined;
    }
    const endsAt = performance.now();
    await member.kill();
    await buried(client, endsAt);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, id) => live(id)));
  return seen;
}

const doneOr = (answer: unknown) => (answer === undefined ? 'done' : answer);

describe('The history of processes that are killed', () => {
  it('is linearizable for a lock', async () => {
    const seen = await record<LockInput, LockOutput>(['lock', 'lock'], 'gone', (last) => {
      const output = (answer: unknown) => doneOr(answer) as LockOutput;
      const holds = last?.input === 'acquire' && typeof last.output === 'number';
      if (holds) return { input: 'release', call: ['release'], output };
      return { input: 'acquire', call: ['acquire', { timeoutMs: random(20) }], output };
    });
    expect(refutation(sequentialLock, seen)).toBe(undefined);
    expect(seen.filter(({ output }) => typeof output === 'number').length).toBeGreaterThan(CLIENTS);
  });

  it('is linearizable for a value', async () => {
    // It is forgotten when nobody has it open.
    await group.value('value', 0);
    const seen = await record<ValueInput, ValueOutput>(['value', 'value', 0], undefined, () => {
      const [value, expected, amount] = [random(4), random(4), random(4)];
      const told = (answer: unknown) => ({ value: Number(answer) });
      const steps: Step<ValueInput, ValueOutput>[] = [
        { input: { op: 'read' }, call: ['get'], output: told },
        { input: { op: 'write', value }, call: ['set', value], output: () => ({ value }) },
        { input: { op: 'add', amount }, call: ['add', amount], output: told },
        {
          input: { op: 'compareAndSet', expected, value },
          call: ['compareAndSet', expected, value],
          output: (set) => ({ value, set: set === true }),
        },
      ];
      return steps[random(steps.length)]!;
    });
    expect(refutation(exchangedValue, seen)).toBe(undefined);
  });

  it('is linearizable for a queue', async () => {
    let put = 0;
    const seen = await record<QueueInput, QueueOutput>(
      ['queue', 'queue', { maxSize: 3 }],
      { op: 'gone' },
      (last) => {
        const output = (answer: unknown) => doneOr(answer) as QueueOutput;
        const got = last?.input.op === 'get' && typeof last.output === 'number' && last.output;
        if (got) return { input: { op: 'confirm', value: got }, call: ['confirm'], output };
        const timed = { timeoutMs: 0 };
        if (random(2) === 0) return { input: { op: 'get' }, call: ['take', timed], output };
        const value = ++put;
        return { input: { op: 'put', value }, call: ['put', value, timed], output };
      },
    );
    expect(refutation(sequentialQueue(3), seen)).toBe(undefined);
    expect(seen.filter(({ input }) => input.op === 'confirm').length).toBeGreaterThan(CLIENTS);
  });
});

/** A process hears of an exchange that failed nothing but that it failed. */
const exchangedValue: Sequential<number, ValueInput, ValueOutput> = {
  initial: 0,
  step(state, client, input, output) {
    if (output?.set !== false) return sequentialValue.step(state, client, input, output);
    return input.op === 'compareAndSet' && input.expected === state ? undefined : state;
  },
};
