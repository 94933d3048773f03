// Conditions: to wait for a change without the lock that guards it.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat']);
  group.open('guard', { kind: 'rlock' });
  group.open('ready', { kind: 'condition', lock: 'guard' });
});

function waits(owner: string, fields: object = {}) {
  group.ask(owner, 'acquire', 'guard');
  return group.ask(owner, 'wait', 'ready', fields);
}
function notify(owner: string, count: number): unknown {
  group.ask(owner, 'acquire', 'guard');
  const notified = group.get(owner, 'notify', 'ready', { count });
  group.ask(owner, 'release', 'guard');
  return notified;
}

describe('A condition', () => {
  it('is used by the holder of its lock only', () => {
    expect(group.get('ada', 'wait', 'ready')).toBe('NOT_OWNER');
    expect(group.get('ada', 'notify', 'ready')).toBe('NOT_OWNER');
    group.ask('bob', 'acquire', 'guard');
    expect(group.get('ada', 'notify', 'ready')).toBe('NOT_OWNER');
  });

  it('frees all levels of the lock during a wait, and has them back before the answer', () => {
    group.ask('ada', 'acquire', 'guard');
    const ada = waits('ada');
    expect(group.get('bob', 'acquire', 'guard')).toBe(2);
    group.ask('bob', 'notify', 'ready');
    expect(ada.answer).toBe(WAITS);
    group.ask('bob', 'release', 'guard');
    expect(ada.answer).toEqual({ fence: 3, notified: true });
    expect(group.get('ada', 'release', 'guard')).toBe(null);
    expect(group.get('ada', 'release', 'guard')).toBe(null);
    expect(group.get('ada', 'release', 'guard')).toBe('NOT_OWNER');
  });

  it('notifies as many as it is told to, who came first at first', () => {
    const [ada, bob] = [waits('ada'), waits('bob')];
    expect(notify('cat', 1)).toBe(1);
    expect([ada.answer, bob.answer]).toEqual([{ fence: 4, notified: true }, WAITS]);
  });

  it('notifies all with 0', () => {
    const [ada, bob] = [waits('ada'), waits('bob')];
    expect(notify('cat', 0)).toBe(2);
    group.ask('ada', 'release', 'guard');
    expect([ada.answer, bob.answer]).toMatchObject([{ notified: true }, { notified: true }]);
  });

  it('gives the lock back also after a timeout', () => {
    const ada = waits('ada', { timeoutMs: 5 });
    group.ask('bob', 'acquire', 'guard');
    group.wait(5);
    expect(ada.answer).toBe(WAITS);
    group.ask('bob', 'release', 'guard');
    expect(ada.answer).toMatchObject({ notified: false });
    expect(group.get('ada', 'release', 'guard')).toBe(null);
  });

  it('lets others have the lock first when one waits with the timeout 0', () => {
    group.ask('ada', 'acquire', 'guard');
    const bob = group.ask('bob', 'acquire', 'guard');
    const ada = group.ask('ada', 'wait', 'ready', { timeoutMs: 0 });
    expect(bob.answer).toBe(2);
    group.ask('bob', 'release', 'guard');
    expect(ada.answer).toEqual({ fence: 3, notified: false });
  });

  it('gives the lock back also after an abort, before or after it was notified', () => {
    const [ada, bob] = [waits('ada'), waits('bob')];
    group.cancel(ada);
    expect(ada.answer).toBe('ABORTED');
    expect(group.get('ada', 'notify', 'ready')).toBe(1);
    group.cancel(bob);
    expect(bob.answer).toBe(WAITS);
    group.ask('ada', 'release', 'guard');
    expect(bob.answer).toBe('ABORTED');
    expect(group.get('bob', 'release', 'guard')).toBe(null);
  });

  it('forgets who is gone', () => {
    waits('ada');
    const bob = waits('bob');
    group.gone('ada');
    expect(notify('cat', 1)).toBe(1);
    expect(bob.answer).toMatchObject({ notified: true });
  });

  it('keeps the lease of the lock', () => {
    group.ask('ada', 'acquire', 'guard', { leaseMs: 20 });
    const ada = group.ask('ada', 'wait', 'ready');
    group.wait(30);
    notify('bob', 1);
    expect(ada.answer).toMatchObject({ notified: true });
    group.wait(20);
    expect(group.get('ada', 'release', 'guard')).toBe('NOT_OWNER');
  });

  it('needs a lock that its owner has open, and keeps it open', () => {
    const spec = (lock: string) => ({ spec: { kind: 'condition', lock } });
    expect(group.get('ada', 'open', 'other', spec('nothing'))).toBe('NOT_OPEN');
    group.open('event', { kind: 'event' });
    expect(group.get('ada', 'open', 'other', spec('event'))).toBe('WRONG_KIND');
    expect(group.get('ada', 'drop', 'guard')).toBe('IN_USE');
    group.ask('ada', 'drop', 'ready');
    expect(group.get('ada', 'drop', 'guard')).toBe(null);
  });
});
