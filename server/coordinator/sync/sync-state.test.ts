// The shared objects together: names, owners, and what outlives a restart.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob']);
});
const open = (owner: string, name: string, spec: object) =>
  group.get(owner, 'open', name, { spec });

describe('An object', () => {
  it('is made when it is opened first, and the same for all who open it', () => {
    open('ada', 'n', { kind: 'value', initial: 5 });
    expect(group.get('ada', 'add', 'n', { amount: 1 })).toMatchObject({ value: 6 });
    expect(open('bob', 'n', { initial: 5, kind: 'value' })).toEqual({ version: 1 });
  });

  it('is of one kind, with the same parameters for all', () => {
    open('ada', 's', { kind: 'semaphore', permits: 2 });
    expect(open('bob', 's', { kind: 'boundedSemaphore', permits: 2 })).toBe('WRONG_KIND');
    expect(open('bob', 's', { kind: 'semaphore', permits: 3 })).toBe('DIFFERENT');
    expect(group.get('ada', 'put', 's', { value: 1 })).toBe('WRONG_KIND');
  });

  it('is used by those who have opened it', () => {
    open('ada', 'e', { kind: 'event' });
    expect(group.get('bob', 'set', 'e')).toBe('NOT_OPEN');
    expect(group.get('bob', 'set', 'never heard of')).toBe('NOT_OPEN');
  });

  it('is forgotten when the last who opened it has closed it, as often as it opened it', () => {
    open('ada', 'n', { kind: 'value', initial: 5 });
    open('ada', 'n', { kind: 'value', initial: 5 });
    open('bob', 'n', { kind: 'value', initial: 5 });
    group.ask('ada', 'drop', 'n');
    group.gone('bob');
    expect(group.state.counts).toMatchObject({ owners: 1, objects: 1 });
    expect(group.get('ada', 'drop', 'n')).toBe(null);
    expect(group.state.counts.objects).toBe(0);
    expect(group.get('ada', 'drop', 'n')).toBe('NOT_OPEN');
  });

  it('that is closed ends what its owner has and waits for there', () => {
    for (const owner of ['ada', 'bob']) open(owner, 'l', { kind: 'lock' });
    group.ask('ada', 'acquire', 'l');
    const waits = group.ask('ada', 'acquire', 'l', { task: 1 });
    const bob = group.ask('bob', 'acquire', 'l');
    group.ask('ada', 'drop', 'l');
    expect([waits.answer, bob.answer]).toEqual(['ABORTED', 2]);
  });

  it('has a name of bounded length, and there is a bounded number of them', () => {
    const small = new Group(['ada'], { objectsMax: 1, nameCharactersMax: 3 });
    const event = { spec: { kind: 'event' } };
    expect(small.get('ada', 'open', 'four', event)).toBe('BAD_ARGUMENT');
    expect(small.get('ada', 'open', '', event)).toBe('BAD_ARGUMENT');
    small.ask('ada', 'open', 'one', event);
    expect(small.get('ada', 'open', 'two', event)).toBe('TOO_MANY_OBJECTS');
  });

  it('is not made with parameters that make no sense', () => {
    for (const spec of [
      { kind: 'semaphore', permits: -1 },
      { kind: 'barrier', parties: 0 },
      { kind: 'queue', maxSize: 0.5 },
      { kind: 'unheard of' },
    ]) {
      expect(open('ada', 'x', spec)).toBe('BAD_ARGUMENT');
    }
    open('ada', 'l', { kind: 'lock' });
    expect(group.get('ada', 'acquire', 'l', { timeoutMs: -1 })).toBe('BAD_ARGUMENT');
    expect(group.get('ada', 'acquire', 'l', { timeoutMs: Number.NaN })).toBe('BAD_ARGUMENT');
  });
});

describe('An owner', () => {
  it('that is not known is told so', () => {
    const common = { owner: 'eve', request: 1, received: 0, quiet: true, name: 'x' };
    const [reply] = group.apply({ kind: 'set', ...common });
    expect(reply).toMatchObject({ kind: 'failed', serial: 0, code: 'UNKNOWN_OWNER' });
  });

  it('that asks quietly is told of failures only', () => {
    open('ada', 'l', { kind: 'lock' });
    group.ask('ada', 'acquire', 'l');
    expect(group.get('ada', 'release', 'l', { quiet: true })).toBe(WAITS);
    expect(group.get('ada', 'release', 'l', { quiet: true })).toBe('NOT_OWNER');
  });

  it('that repeats a request is not served twice', () => {
    open('ada', 'n', { kind: 'value', initial: 0 });
    const { request } = group.ask('ada', 'add', 'n', { amount: 1 });
    const common = { owner: 'ada', request, received: 0, quiet: false, name: 'n' };
    expect(group.apply({ kind: 'add', ...common, amount: 1 })).toEqual([]);
    expect(group.get('ada', 'read', 'n')).toEqual({ value: 1, version: 1 });
  });

  it('that attaches again gets the replies that it has not received, and the last request', () => {
    open('ada', 'n', { kind: 'value', initial: 0 });
    group.hear('ada');
    const { request } = group.askDeaf('ada', 'add', 'n', { amount: 1 });
    group.reload();
    const [attached, ...missed] = group.apply({ kind: 'attach', owner: 'ada', received: 1 });
    expect(attached).toEqual({ kind: 'attached', owner: 'ada', lastRequest: 2, resumed: true });
    expect(missed).toEqual([
      { kind: 'done', owner: 'ada', serial: 2, request, value: { value: 1, version: 1 } },
    ]);
    group.apply({ kind: 'received', owner: 'ada', received: 2 });
    expect(group.apply({ kind: 'attach', owner: 'ada', received: 2 })).toHaveLength(1);
  });

  it('gets those again that it has not acknowledged, in their order', () => {
    open('ada', 'n', { kind: 'value', initial: 0 });
    group.hear('ada');
    for (let i = 0; i < 3; i++) group.askDeaf('ada', 'add', 'n', { amount: 1 });
    group.apply({ kind: 'received', owner: 'ada', received: 2 });
    const again = group.apply({ kind: 'attach', owner: 'ada', received: 2 });
    expect(again).toMatchObject([{ resumed: true }, { serial: 3 }, { serial: 4 }]);
  });

  it('that closes what it waits for twice is told so for both', () => {
    group.open('b', { kind: 'barrier', parties: 4 });
    const waits = [group.ask('ada', 'wait', 'b'), group.ask('ada', 'wait', 'b')];
    const bob = group.ask('bob', 'wait', 'b');
    group.ask('ada', 'drop', 'b');
    expect(waits.map((wait) => wait.answer)).toEqual(['ABORTED', 'BROKEN_BARRIER']);
    expect(bob.answer).toBe('BROKEN_BARRIER');
  });

  it('whose replies are not kept any more begins anew', () => {
    group = new Group(['ada', 'bob'], { repliesMax: 2 });
    for (const owner of ['ada', 'bob']) open(owner, 'l', { kind: 'lock' });
    group.ask('ada', 'acquire', 'l');
    const bob = group.ask('bob', 'acquire', 'l');
    for (let i = 0; i < 3; i++) group.askDeaf('ada', 'look', 'l');
    expect(group.apply({ kind: 'attach', owner: 'ada', received: 2 })).toContainEqual({
      kind: 'attached',
      owner: 'ada',
      lastRequest: 0,
      resumed: false,
    });
    expect(bob.answer).toBe(2);
  });

  it('that is gone ends its waits in the order in which they began, restored or not', () => {
    for (const name of ['first', 'second']) group.open(name, { kind: 'barrier', parties: 3 });
    const bob = ['second', 'first'].map((name) => group.ask('bob', 'wait', name).request);
    for (const name of ['second', 'first']) group.ask('ada', 'wait', name);
    group.reload();
    const replies = group.apply({ kind: 'gone', owner: 'ada' });
    expect(replies.map((reply) => 'request' in reply && reply.request)).toEqual(bob);
  });

  it('that is gone leaves nothing behind', () => {
    group.open('l', { kind: 'lock' });
    group.open('q', { kind: 'queue', maxSize: 1 });
    group.open('s', { kind: 'semaphore', permits: 1 });
    for (const name of ['l', 's']) group.ask('ada', 'acquire', name, { leaseMs: 100 });
    group.ask('bob', 'acquire', 'l', { timeoutMs: 1000 });
    group.ask('bob', 'get', 'q', { timeoutMs: 1000 });
    group.gone('bob');
    group.gone('ada');
    expect(group.state.counts).toEqual({ owners: 0, objects: 0, bytes: 0 });
    expect(group.state.nextDeadline()).toBe(undefined);
  });
});
