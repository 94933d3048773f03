// A supervisor that starts again, with the child that ended, those that were added after it.
import { beforeEach, describe, expect, it } from 'vitest';
import { TestFamily } from './test-family.ts';

let family: TestFamily;
beforeEach(() => {
  family = new TestFamily(10, 60_000, { strategy: 'rest-for-one' });
  family.add('a', 'b', 'c');
});

describe('The death of a child', () => {
  it('stops those after it, the last one first, and starts them in order when all have', () => {
    family.end('a');
    expect(family.take()).toEqual(['died a 1 0', 'stop c']);
    family.end('c');
    expect(family.take()).toEqual(['stop b']);
    family.clock.pass(99);
    expect(family.take()).toEqual([]);
    family.end('b');
    family.clock.pass(0);
    expect(family.take()).toEqual(['start a', 'start b', 'start c']);
    expect(['a', 'b', 'c'].map((id) => family.supervisor.restartsOf(id))).toEqual([1, 0, 0]);
  });

  it('leaves those before it alone', () => {
    family.end('c');
    family.clock.pass(0);
    expect(family.take()).toEqual(['died c 1 0', 'start c']);
  });

  it('has those killed that do not stop in time', () => {
    family.end('b');
    family.take();
    family.clock.pass(100);
    expect(family.take()).toEqual(['kill c']);
  });

  it('waits for its backoff also when the others have ended sooner', () => {
    family.end('c');
    family.clock.pass(0);
    family.end('c');
    family.take();
    family.clock.pass(49);
    expect(family.take()).toEqual([]);
    family.clock.pass(1);
    expect(family.take()).toEqual(['start c']);
  });

  it('of another one before it includes that one', () => {
    family.end('b');
    family.end('a');
    expect(family.take()).toEqual(['died b 1 0', 'stop c', 'died a 1 0']);
    family.end('c');
    family.clock.pass(0);
    expect(family.take()).toEqual(['start a', 'start b', 'start c']);
  });

  it('of those that are to be stopped is told, and counts no restart', () => {
    family.end('a');
    family.end('b');
    family.end('c');
    expect(family.take()).toEqual(['died a 1 0', 'stop c', 'died b 1 0']);
    family.clock.pass(0);
    expect(family.take()).toEqual(['start a', 'start b', 'start c']);
    expect(family.supervisor.restartsOf('b')).toBe(0);
  });
});

describe('Meanwhile a child', () => {
  it('that is removed does not come back', () => {
    family.end('a');
    family.supervisor.remove('c');
    family.end('c');
    family.supervisor.remove('b');
    family.end('b');
    family.take();
    family.clock.pass(0);
    expect(family.take()).toEqual(['start a']);
  });

  it('that is added is started with the others', () => {
    family.end('b');
    family.supervisor.add(family.spec('d'));
    expect(family.take()).toEqual(['died b 1 0', 'stop c']);
    family.end('c');
    family.clock.pass(0);
    expect(family.take()).toEqual(['start b', 'start c', 'start d']);
  });

  it('that is temporary is stopped for good', () => {
    family.supervisor.add(family.spec('t', 'temporary'));
    family.take();
    family.end('c');
    expect(family.take()).toEqual(['died c 1 0', 'stop t']);
    family.end('t');
    family.clock.pass(100_000);
    expect(family.take()).toEqual(['start c']);
    family.supervisor.add(family.spec('t'));
    expect(family.take()).toEqual(['start t']);
  });

  it('is not started when the supervisor stops', async () => {
    family.end('b');
    const stopped = family.supervisor.stop();
    family.end('c');
    await new Promise(setImmediate);
    family.end('a');
    await stopped;
    family.clock.pass(100_000);
    expect(family.take()).toEqual(['died b 1 0', 'stop c', 'stop a']);
  });
});
