// Events and barriers: owners that wait for each other.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat']);
  group.open('go', { kind: 'event' });
  group.open('three', { kind: 'barrier', parties: 3 });
});

describe('An event', () => {
  it('lets all go on who wait when it is set, and all who come until it is cleared', () => {
    const waits = ['ada', 'bob'].map((owner) => group.ask(owner, 'wait', 'go'));
    group.ask('cat', 'set', 'go');
    expect(waits.map((wait) => wait.answer)).toEqual([null, null]);
    expect(group.get('cat', 'wait', 'go', { timeoutMs: 0 })).toBe(null);
    expect(group.get('cat', 'look', 'go')).toEqual({ isSet: true, waiters: 0 });
    group.ask('cat', 'clear', 'go');
    expect(group.get('cat', 'wait', 'go', { timeoutMs: 0 })).toBe('TIMEOUT');
  });

  it('is waited for as long as the timeout says, or until an abort', () => {
    const ada = group.ask('ada', 'wait', 'go', { timeoutMs: 5 });
    const bob = group.ask('bob', 'wait', 'go');
    group.wait(5);
    group.cancel(bob);
    expect([ada.answer, bob.answer]).toEqual(['TIMEOUT', 'ABORTED']);
  });
});

describe('A barrier', () => {
  const meet = () => ['cat', 'ada', 'bob'].map((owner) => group.ask(owner, 'wait', 'three'));
  const answers = (asked: { answer: unknown }[]) => asked.map((one) => one.answer);

  it('lets its parties pass together, numbered as they came, again and again', () => {
    expect(answers(meet())).toEqual([0, 1, 2]);
    expect(answers(meet())).toEqual([0, 1, 2]);
  });

  it('breaks for all when one waits too long', () => {
    const ada = group.ask('ada', 'wait', 'three', { timeoutMs: 5 });
    const bob = group.ask('bob', 'wait', 'three');
    group.wait(5);
    expect(answers([ada, bob])).toEqual(['BROKEN_BARRIER', 'BROKEN_BARRIER']);
    expect(group.get('cat', 'wait', 'three')).toBe('BROKEN_BARRIER');
  });

  it('breaks when one would not wait', () => {
    const ada = group.ask('ada', 'wait', 'three');
    expect(group.get('bob', 'wait', 'three', { timeoutMs: 0 })).toBe('BROKEN_BARRIER');
    expect(ada.answer).toBe('BROKEN_BARRIER');
  });

  it('breaks when one aborts its wait', () => {
    const ada = group.ask('ada', 'wait', 'three');
    const bob = group.ask('bob', 'wait', 'three');
    group.cancel(ada);
    expect(answers([ada, bob])).toEqual(['ABORTED', 'BROKEN_BARRIER']);
  });

  it('breaks when one that waits is gone, not when another is', () => {
    const ada = group.ask('ada', 'wait', 'three');
    group.ask('bob', 'wait', 'three');
    group.gone('cat');
    expect(ada.answer).toBe(WAITS);
    group.gone('bob');
    expect(ada.answer).toBe('BROKEN_BARRIER');
  });

  it('breaks when it is aborted, and is whole again after a reset', () => {
    const ada = group.ask('ada', 'wait', 'three');
    group.ask('bob', 'abort', 'three');
    expect(ada.answer).toBe('BROKEN_BARRIER');
    expect(group.get('ada', 'look', 'three')).toEqual({ parties: 3, waiting: 0, broken: true });
    group.ask('bob', 'reset', 'three');
    expect(answers(meet())).toEqual([0, 1, 2]);
  });

  it('that is reset sends those away who wait, and is not broken', () => {
    const ada = group.ask('ada', 'wait', 'three');
    group.ask('bob', 'reset', 'three');
    expect(ada.answer).toBe('BROKEN_BARRIER');
    expect(answers(meet())).toEqual([0, 1, 2]);
  });

  it('of one party lets it pass at once', () => {
    group.open('one', { kind: 'barrier', parties: 1 });
    expect(group.get('ada', 'wait', 'one', { timeoutMs: 0 })).toBe(0);
  });
});
