// Semaphores: a number of permits.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat']);
  group.open('s', { kind: 'semaphore', permits: 2 });
  group.open('b', { kind: 'boundedSemaphore', permits: 1 });
});

describe('A semaphore', () => {
  it('lets as many pass as it has permits, the others in their order', () => {
    group.ask('ada', 'acquire', 's');
    expect(group.get('ada', 'acquire', 's')).toBe(null);
    const bob = group.ask('bob', 'acquire', 's');
    const cat = group.ask('cat', 'acquire', 's');
    group.ask('ada', 'release', 's');
    expect([bob.answer, cat.answer]).toEqual([null, WAITS]);
    group.ask('ada', 'release', 's');
    expect(cat.answer).toBe(null);
  });

  it('times out, does not wait with 0, and can be aborted', () => {
    group.ask('ada', 'acquire', 'b');
    expect(group.get('bob', 'acquire', 'b', { timeoutMs: 0 })).toBe('TIMEOUT');
    const bob = group.ask('bob', 'acquire', 'b', { timeoutMs: 5 });
    const cat = group.ask('cat', 'acquire', 'b');
    group.wait(5);
    group.cancel(cat);
    expect([bob.answer, cat.answer]).toEqual(['TIMEOUT', 'ABORTED']);
  });

  it('may be released by anyone, several permits at once, beyond its first number', () => {
    group.ask('bob', 'release', 's', { count: 3 });
    expect(group.get('ada', 'look', 's')).toEqual({ permits: 5, waiters: 0 });
  });

  it('gets back the permits of an owner that is gone', () => {
    group.ask('ada', 'acquire', 's');
    group.ask('ada', 'acquire', 's');
    const bob = group.ask('bob', 'acquire', 's');
    group.gone('ada');
    expect(bob.answer).toBe(null);
    expect(group.get('bob', 'look', 's')).toEqual({ permits: 1, waiters: 0 });
  });

  it('gets back nothing that another has released already', () => {
    group.ask('ada', 'acquire', 's');
    group.ask('bob', 'release', 's');
    group.gone('ada');
    expect(group.get('bob', 'look', 's')).toEqual({ permits: 2, waiters: 0 });
  });
});

describe('A bounded semaphore', () => {
  it('is never released beyond its first number', () => {
    expect(group.get('ada', 'release', 'b')).toBe('RELEASED_TOO_OFTEN');
    group.ask('ada', 'acquire', 'b');
    expect(group.get('ada', 'release', 'b', { count: 2 })).toBe('RELEASED_TOO_OFTEN');
    expect(group.get('ada', 'release', 'b')).toBe(null);
  });
});
