// Deadlocks: a wait that could never end is refused at once, and named.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat']);
  for (const name of ['a', 'b', 'c']) group.open(name, { kind: 'lock' });
  group.open('r', { kind: 'rlock' });
});

const lastDetail = () => (group.replies.at(-1) as { detail: string }).detail;

describe('A wait for a lock', () => {
  it('that closes a circle of two is refused with the circle', () => {
    group.ask('bob', 'acquire', 'a');
    group.ask('ada', 'acquire', 'b');
    group.ask('bob', 'acquire', 'b');
    expect(group.get('ada', 'acquire', 'a')).toBe('DEADLOCK');
    expect(lastDetail()).toBe('ada → lock a → bob → lock b → ada');
  });

  it('that closes a circle of three, an rlock among them, is refused', () => {
    group.ask('ada', 'acquire', 'a');
    group.ask('bob', 'acquire', 'r');
    group.ask('cat', 'acquire', 'c');
    group.ask('ada', 'acquire', 'r');
    group.ask('bob', 'acquire', 'c');
    expect(group.get('cat', 'acquire', 'a', { timeoutMs: 10 })).toBe('DEADLOCK');
    expect(lastDetail()).toBe('cat → lock a → ada → lock r → bob → lock c → cat');
  });

  it('that its own task holds is refused', () => {
    group.ask('ada', 'acquire', 'a', { task: 7 });
    expect(group.get('ada', 'acquire', 'a', { task: 7 })).toBe('DEADLOCK');
    expect(lastDetail()).toBe('ada#7 → lock a → ada#7');
  });

  it('is not refused where another task of the owner could end it', () => {
    group.ask('ada', 'acquire', 'a', { task: 1 });
    group.ask('bob', 'acquire', 'b', { task: 1 });
    group.ask('ada', 'acquire', 'b', { task: 2 });
    const waits = group.ask('bob', 'acquire', 'a', { task: 2 });
    expect(waits.answer).toBe(WAITS);
  });

  it('is not refused because of a wait that is over', () => {
    group.ask('bob', 'acquire', 'a');
    group.ask('ada', 'acquire', 'b');
    const bob = group.ask('bob', 'acquire', 'b');
    group.cancel(bob);
    expect(group.ask('ada', 'acquire', 'a').answer).toBe(WAITS);
  });

  it('is still refused after the state was restored', () => {
    group.ask('bob', 'acquire', 'a');
    group.ask('ada', 'acquire', 'b');
    group.ask('bob', 'acquire', 'b');
    group.reload();
    expect(group.get('ada', 'acquire', 'a')).toBe('DEADLOCK');
  });

  it('counts a notified condition’s wait for its lock', () => {
    group.open('ready', { kind: 'condition', lock: 'a' });
    group.ask('ada', 'acquire', 'b');
    group.ask('ada', 'acquire', 'a');
    group.ask('ada', 'wait', 'ready');
    group.ask('bob', 'acquire', 'a');
    group.ask('bob', 'notify', 'ready');
    expect(group.get('bob', 'acquire', 'b')).toBe('DEADLOCK');
  });
});

describe('A bounded semaphore', () => {
  it('is no part of such circles: nobody in particular has to release it', () => {
    group.open('s', { kind: 'boundedSemaphore', permits: 1 });
    group.ask('ada', 'acquire', 's');
    group.ask('bob', 'acquire', 'a');
    group.ask('bob', 'acquire', 's');
    expect(group.ask('ada', 'acquire', 'a').answer).toBe(WAITS);
  });
});
