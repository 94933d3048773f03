// Locks: one holder, the others in line.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat']);
  group.open('a', { kind: 'lock' });
  group.open('r', { kind: 'rlock' });
});

describe('A lock', () => {
  it('is held by one owner, and goes to those who wait in the order in which they came', () => {
    expect(group.get('ada', 'acquire', 'a')).toBe(1);
    const bob = group.ask('bob', 'acquire', 'a');
    const cat = group.ask('cat', 'acquire', 'a');
    expect([bob.answer, cat.answer]).toEqual([WAITS, WAITS]);
    expect(group.get('ada', 'release', 'a')).toBe(null);
    expect([bob.answer, cat.answer]).toEqual([2, WAITS]);
    group.ask('bob', 'release', 'a');
    expect(cat.answer).toBe(3);
  });

  it('is not waited for longer than the timeout, and not at all with 0', () => {
    group.ask('ada', 'acquire', 'a');
    expect(group.get('bob', 'acquire', 'a', { timeoutMs: 0 })).toBe('TIMEOUT');
    const bob = group.ask('bob', 'acquire', 'a', { timeoutMs: 10 });
    expect(group.state.nextDeadline()).toBe(group.now + 10);
    group.wait(9);
    expect(bob.answer).toBe(WAITS);
    group.wait(1);
    expect(bob.answer).toBe('TIMEOUT');
    expect(group.state.nextDeadline()).toBe(undefined);
    group.ask('ada', 'release', 'a');
    expect(group.get('cat', 'acquire', 'a')).toBe(2);
  });

  it('is not waited for any more after an abort, and an abort that comes late does nothing', () => {
    const ada = group.ask('ada', 'acquire', 'a');
    const bob = group.ask('bob', 'acquire', 'a');
    const cat = group.ask('cat', 'acquire', 'a');
    group.cancel(bob);
    expect(bob.answer).toBe('ABORTED');
    group.cancel(ada);
    group.ask('ada', 'release', 'a');
    expect(cat.answer).toBe(2);
  });

  it('frees itself when its lease is over, and says so to who held it', () => {
    const fence = group.get('ada', 'acquire', 'a', { leaseMs: 50 });
    const bob = group.ask('bob', 'acquire', 'a');
    group.wait(49);
    expect(bob.answer).toBe(WAITS);
    group.wait(1);
    expect(bob.answer).toBe(2);
    expect(group.replies).toContainEqual(
      expect.objectContaining({ kind: 'lost', name: 'a', fence }),
    );
    expect(group.get('ada', 'release', 'a')).toBe('NOT_OWNER');
  });

  it('that was released in time has no lease any more', () => {
    group.ask('ada', 'acquire', 'a', { leaseMs: 50 });
    group.ask('ada', 'release', 'a');
    group.ask('bob', 'acquire', 'a');
    group.wait(60);
    expect(group.get('bob', 'release', 'a')).toBe(null);
  });

  it('takes leases of 60,000 ms at most', () => {
    expect(group.get('ada', 'acquire', 'a', { leaseMs: 60_001 })).toBe('BAD_ARGUMENT');
    expect(group.get('ada', 'acquire', 'a', { leaseMs: -1 })).toBe('BAD_ARGUMENT');
    expect(group.get('ada', 'acquire', 'a', { leaseMs: 60_000 })).toBe(1);
  });

  it('is released by its holder only', () => {
    expect(group.get('ada', 'release', 'a')).toBe('NOT_OWNER');
    group.ask('ada', 'acquire', 'a');
    expect(group.get('bob', 'release', 'a')).toBe('NOT_OWNER');
    expect(group.get('ada', 'release', 'a', { task: 1 })).toBe('NOT_OWNER');
    expect(group.get('ada', 'release', 'a')).toBe(null);
  });

  it('is not released by who names an older hold', () => {
    const old = group.get('ada', 'acquire', 'a', { leaseMs: 5 });
    group.wait(5);
    const fence = group.get('ada', 'acquire', 'a');
    expect(group.get('ada', 'release', 'a', { fence: old })).toBe('NOT_OWNER');
    expect(group.get('ada', 'release', 'a', { fence })).toBe(null);
  });

  it('is free when its holder is gone, and who is gone waits no more', () => {
    group.ask('ada', 'acquire', 'a');
    group.ask('bob', 'acquire', 'a');
    const cat = group.ask('cat', 'acquire', 'a');
    group.gone('bob');
    group.gone('ada');
    expect(cat.answer).toBe(2);
  });

  it('has fencing numbers that never come again, also when it was forgotten or restored', () => {
    group.ask('ada', 'acquire', 'a');
    for (const owner of ['ada', 'bob', 'cat']) group.ask(owner, 'drop', 'a');
    expect(group.state.counts.objects).toBe(1);
    group.reload();
    group.open('a', { kind: 'lock' });
    expect(group.get('bob', 'acquire', 'a')).toBe(2);
  });

  it('refuses more waiters than it may have', () => {
    const small = new Group(['ada', 'bob', 'cat'], { waitersMax: 1 });
    small.open('a', { kind: 'lock' });
    small.ask('ada', 'acquire', 'a');
    small.ask('bob', 'acquire', 'a');
    expect(small.get('cat', 'acquire', 'a')).toBe('TOO_MANY_WAITERS');
  });
});

describe('An rlock', () => {
  it('is free after as many releases as acquires', () => {
    const fence = group.get('ada', 'acquire', 'r');
    expect(group.get('ada', 'acquire', 'r')).toBe(fence);
    const bob = group.ask('bob', 'acquire', 'r');
    group.ask('ada', 'release', 'r');
    expect(bob.answer).toBe(WAITS);
    group.ask('ada', 'release', 'r');
    expect(bob.answer).toBe(2);
  });

  it('is entered again by the same task only', () => {
    group.ask('ada', 'acquire', 'r', { task: 1 });
    expect(group.ask('ada', 'acquire', 'r', { task: 2 }).answer).toBe(WAITS);
  });

  it('lets a task in as often as it asked, when its turn has come', () => {
    group.ask('ada', 'acquire', 'r');
    const twice = [group.ask('bob', 'acquire', 'r'), group.ask('bob', 'acquire', 'r')];
    const cat = group.ask('cat', 'acquire', 'r');
    group.ask('ada', 'release', 'r');
    expect(twice.map((asked) => asked.answer)).toEqual([2, 2]);
    group.ask('bob', 'release', 'r');
    expect(cat.answer).toBe(WAITS);
    group.ask('bob', 'release', 'r');
    expect(cat.answer).toBe(3);
  });

  it('has its lease from the last acquire that gave one', () => {
    group.ask('ada', 'acquire', 'r', { leaseMs: 50 });
    group.wait(40);
    group.ask('ada', 'acquire', 'r', { leaseMs: 50 });
    group.wait(49);
    expect(group.get('ada', 'release', 'r')).toBe(null);
    group.wait(1);
    expect(group.get('ada', 'release', 'r')).toBe('NOT_OWNER');
  });
});

describe('After a restart', () => {
  it('locks stay with their holders and those who wait keep their order', () => {
    const fence = group.get('ada', 'acquire', 'a');
    const bob = group.ask('bob', 'acquire', 'a');
    const cat = group.ask('cat', 'acquire', 'a');
    group.reload();
    group.apply({ kind: 'restarted', graceMs: 100, forgot: false });
    for (const owner of ['cat', 'bob', 'ada']) {
      group.hear(owner);
      group.attach(owner, serialOf(owner));
    }
    expect(group.get('ada', 'reclaim', 'a', { fence })).toBe(fence);
    group.wait(200);
    expect(bob.answer).toBe(WAITS);
    group.ask('ada', 'release', 'a');
    group.ask('bob', 'release', 'a');
    expect([bob.answer, cat.answer]).toEqual([2, 3]);
  });

  it('a holder that does not come back in time is gone', () => {
    group.ask('ada', 'acquire', 'a');
    const bob = group.ask('bob', 'acquire', 'a');
    group.apply({ kind: 'restarted', graceMs: 100, forgot: false });
    group.attach('bob', serialOf('bob'));
    group.wait(99);
    expect(bob.answer).toBe(WAITS);
    group.wait(1);
    expect(bob.answer).toBe(2);
  });

  describe('that forgot what was held', () => {
    beforeEach(() => group.apply({ kind: 'restarted', graceMs: 100, forgot: true }));

    it('locks are reclaimed before any is granted', () => {
      const bob = group.ask('bob', 'acquire', 'a');
      expect(group.get('ada', 'reclaim', 'a', { fence: 70 })).toBe(70);
      group.attach('ada', serialOf('ada'));
      group.attach('bob', serialOf('bob'));
      group.wait(100);
      expect(bob.answer).toBe(WAITS);
      group.ask('ada', 'release', 'a');
      expect(bob.answer).toBe(71);
    });

    it('one that is reclaimed and released waits for the end of the grace period too', () => {
      const bob = group.ask('bob', 'acquire', 'a');
      group.ask('ada', 'reclaim', 'a', { fence: 70 });
      group.ask('ada', 'release', 'a');
      group.attach('bob', serialOf('bob'));
      expect(bob.answer).toBe(WAITS);
      group.wait(100);
      expect(bob.answer).toBe(71);
    });

    it('those that nobody reclaims go to who waits, when the grace period ends', () => {
      const bob = group.ask('bob', 'acquire', 'a');
      group.attach('bob', serialOf('bob'));
      expect(bob.answer).toBe(WAITS);
      group.reload();
      group.wait(100);
      expect(bob.answer).toBe(1);
    });

    it('who has the newer fencing number is the holder', () => {
      group.ask('ada', 'reclaim', 'a', { fence: 70 });
      expect(group.get('bob', 'reclaim', 'a', { fence: 75 })).toBe(75);
      expect(group.get('cat', 'reclaim', 'a', { fence: 74 })).toBe('NOT_OWNER');
      expect(group.get('ada', 'release', 'a')).toBe('NOT_OWNER');
    });

    it('an rlock comes back with its levels', () => {
      group.ask('ada', 'reclaim', 'r', { fence: 3, levels: 2 });
      group.ask('ada', 'release', 'r');
      expect(group.get('ada', 'release', 'r')).toBe(null);
      expect(group.get('ada', 'release', 'r')).toBe('NOT_OWNER');
    });
  });

  it('nothing is reclaimed that was not held', () => {
    expect(group.get('ada', 'reclaim', 'a', { fence: 3 })).toBe('NOT_OWNER');
  });
});

function serialOf(owner: string): number {
  const all = group.replies.filter((reply) => reply.owner === owner);
  return Math.max(0, ...all.map((reply) => ('serial' in reply ? reply.serial : 0)));
}
