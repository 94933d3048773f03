// How a supervisor ends its children: one of them, all in order, or all at once.
import { beforeEach, describe, expect, it } from 'vitest';
import { TestFamily } from './test-family.ts';

/** Lets promises that are settled be seen. */
const turn = () => new Promise(setImmediate);

let family: TestFamily;
beforeEach(() => {
  family = new TestFamily();
});

describe('Removing a child', () => {
  it('stops it for good, without a word of its death', () => {
    family.add('a');
    family.supervisor.remove('a');
    family.supervisor.remove('a');
    expect(family.take()).toEqual(['stop a']);
    family.end('a');
    family.clock.pass(100_000);
    expect(family.take()).toEqual([]);
    family.supervisor.add(family.spec('a'));
    expect(family.take()).toEqual(['start a']);
  });

  it('kills it when it has not ended within shutdownMs', () => {
    family.add('a');
    family.supervisor.remove('a');
    family.clock.pass(99);
    expect(family.take()).toEqual(['stop a']);
    family.clock.pass(1);
    expect(family.take()).toEqual(['kill a']);
    family.end('a', { code: null, signal: 'SIGKILL' });
    family.clock.pass(100_000);
    expect(family.take()).toEqual([]);
  });

  it('that waits to be started again calls that off', () => {
    family.add('a');
    family.end('a');
    family.take();
    family.supervisor.remove('a');
    family.clock.pass(100_000);
    expect(family.take()).toEqual([]);
  });
});

describe('Renewing a child', () => {
  it('stops it, and starts it again when it has ended, which is no restart', () => {
    family.add('a');
    family.supervisor.renew('a');
    family.supervisor.renew('a');
    expect(family.take()).toEqual(['stop a']);
    family.end('a');
    expect([family.take(), family.supervisor.restartsOf('a')]).toEqual([['start a'], 0]);
    family.end('a');
    expect(family.take()).toEqual(['died a 1 0']);
  });

  it('starts it as soon as it has left, and gives it the time that it has to end', async () => {
    family.add('a');
    family.supervisor.renew('a');
    family.clock.pass(50);
    const ended = family.leave('a');
    expect(family.take()).toEqual(['stop a', 'start a']);
    family.clock.pass(50);
    expect(family.take()).toEqual(['kill a']);
    ended();
    expect(family.take()).toEqual([]);
    family.supervisor.renew('a');
    family.leave('a')();
    family.clock.pass(1000);
    expect(family.take()).toEqual(['stop a', 'start a']);
  });

  it('waits at the end for one that has left', async () => {
    family.add('a');
    family.supervisor.renew('a');
    const ended = family.leave('a');
    let stopped = false;
    void family.supervisor.stop().then(() => {
      stopped = true;
    });
    family.end('a');
    await turn();
    expect(stopped).toBe(false);
    ended();
    await turn();
    expect(stopped).toBe(true);
  });

  it('waits for the end of one that has left without being renewed', () => {
    family.add('a');
    family.leave('a');
    expect(family.take()).toEqual([]);
    family.supervisor.remove('a');
    family.leave('a');
    expect(family.take()).toEqual(['stop a']);
  });

  it('kills it when it has not ended within shutdownMs', () => {
    family.add('a');
    family.supervisor.renew('a');
    family.clock.pass(100);
    expect(family.take()).toEqual(['stop a', 'kill a']);
    family.end('a', { code: null, signal: 'SIGKILL' });
    expect(family.take()).toEqual(['start a']);
    family.clock.pass(100_000);
    expect(family.take()).toEqual([]);
  });

  it('that waits to be started again changes nothing', () => {
    family.add('a');
    family.end('a');
    family.supervisor.renew('a');
    family.clock.pass(0);
    expect(family.take()).toEqual(['died a 1 0', 'start a']);
  });

  it('that is then removed ends it for good', () => {
    family.add('a');
    family.supervisor.renew('a');
    family.supervisor.remove('a');
    family.end('a');
    family.clock.pass(100_000);
    expect(family.take()).toEqual(['stop a']);
  });

  it('that is then stopped with all others ends it for good', async () => {
    family.add('a');
    family.supervisor.renew('a');
    const stopped = family.supervisor.stop();
    family.end('a');
    await stopped;
    expect(family.take()).toEqual(['stop a']);
  });
});

describe('stop', () => {
  it('stops the last first, each when the one before it has ended', async () => {
    family.add('a', 'b', 'c');
    let isDone = false;
    void family.supervisor.stop().then(() => {
      isDone = true;
    });
    for (const id of ['c', 'b', 'a']) {
      await turn();
      expect([family.take(), isDone]).toEqual([[`stop ${id}`], false]);
      family.end(id);
    }
    await turn();
    expect([family.take(), isDone]).toEqual([[], true]);
  });

  it('kills what does not end, and goes on', async () => {
    family.add('a', 'b');
    void family.supervisor.stop();
    family.clock.pass(100);
    expect(family.take()).toEqual(['stop b', 'kill b']);
    family.end('b', { code: null, signal: 'SIGKILL' });
    await turn();
    expect(family.take()).toEqual(['stop a']);
  });

  it('does not go on because another child has ended', async () => {
    family.add('a', 'b', 'c');
    family.supervisor.remove('a');
    let isDone = false;
    void family.supervisor.stop().then(() => {
      isDone = true;
    });
    family.take();
    family.end('a');
    family.end('b');
    await turn();
    expect([family.take(), isDone]).toEqual([['died b 1 undefined'], false]);
    family.end('c');
    await turn();
    expect(isDone).toBe(true);
  });

  it('may be called twice; both calls resolve', async () => {
    family.add('a');
    const stops = Promise.all([family.supervisor.stop(), family.supervisor.stop()]);
    expect(family.take()).toEqual(['stop a']);
    family.end('a');
    await stops;
  });

  it('starts nothing that waited to be started again', async () => {
    family.add('a', 'b');
    for (let i = 0; i < 4; i++) {
      family.end('a');
      if (i < 3) family.clock.pass(200);
    }
    family.take();
    const stopped = family.supervisor.stop();
    family.clock.pass(50_000);
    expect(family.take()).toEqual(['stop b', 'kill b']);
    family.end('b');
    await stopped;
    expect(family.take()).toEqual([]);
  });

  it('resolves at once where there is nothing', async () => {
    await family.supervisor.stop();
  });
});

describe('destroy', () => {
  it('kills every child at once, and starts none again', () => {
    family.add('a', 'b', 'c');
    family.end('c');
    family.take();
    family.supervisor.destroy();
    expect(family.take()).toEqual(['kill a', 'kill b']);
    family.end('a');
    family.clock.pass(100_000);
    expect(family.take()).toEqual(['died a 1 undefined']);
  });
});
