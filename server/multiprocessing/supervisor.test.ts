// What a supervisor starts again, how soon, and when that is too often.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Exit } from './child-spec.ts';
import { TestFamily } from './test-family.ts';

const RESTARTS_MAX = 10;
let family: TestFamily;
beforeEach(() => {
  family = new TestFamily(RESTARTS_MAX);
});

describe('A child', () => {
  it('is started when it is added, under an id that is its own', () => {
    family.supervisor.add(family.spec('a'));
    expect(family.take()).toEqual(['start a']);
    expect(() => family.supervisor.add(family.spec('a'))).toThrow(
      new Error('there is a child a already'),
    );
    expect(family.take()).toEqual([]);
  });

  it('that is permanent is started again whenever it ends, also with code 0', () => {
    family.add('a');
    family.end('a', { code: 0, signal: null });
    expect(family.take()).toEqual(['died a 0 0']);
    family.clock.pass(0);
    expect([family.take(), family.supervisor.restartsOf('a')]).toEqual([['start a'], 1]);
  });

  it('that is temporary is not, and its id is free again', () => {
    family.supervisor.add(family.spec('t', 'temporary'));
    family.end('t');
    family.clock.pass(100_000);
    expect(family.take()).toEqual(['start t', 'died t 1 undefined']);
    family.supervisor.add(family.spec('t'));
    expect(family.take()).toEqual(['start t']);
  });

  it('nobody knows of has no restarts, and can be removed', () => {
    family.supervisor.remove('nobody');
    expect(family.supervisor.restartsOf('nobody')).toBe(0);
  });
});

describe('Backoff', () => {
  it('is none at first, then doubles up to five seconds', () => {
    family.add('a');
    const delays: number[] = [];
    for (let i = 0; i < RESTARTS_MAX; i++) {
      family.end('a');
      delays.push(Number(family.take()[0]!.replace('died a 1 ', '')));
      family.clock.pass(delays.at(-1)!);
      family.take();
    }
    expect(delays).toEqual([0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('is waited for', () => {
    family.add('a');
    family.end('a');
    family.clock.pass(0);
    family.end('a');
    family.take();
    family.clock.pass(49);
    expect(family.take()).toEqual([]);
    family.clock.pass(1);
    expect(family.take()).toEqual(['start a']);
  });

  it('is none for a child that has lived for five seconds', () => {
    family.add('a');
    for (const [livedMs, delayMs] of [
      [0, 0],
      [4999, 50],
      [4999, 100],
      [5000, 0],
      [0, 50],
    ]) {
      family.clock.pass(livedMs!);
      family.end('a');
      expect(family.take()).toEqual([`died a 1 ${delayMs}`]);
      family.clock.pass(delayMs!);
      family.take();
    }
  });

  it('of temporary children keeps the ids of those that die soon, longer each time', () => {
    const delays: number[] = [];
    for (let i = 0; i < 4; i++) {
      family.supervisor.add(family.spec('t', 'temporary'));
      family.end('t');
      for (let ms = 0; ; ms += 50) {
        try {
          family.supervisor.add(family.spec('t', 'temporary'));
          delays.push(ms);
          break;
        } catch {
          family.clock.pass(50);
        }
      }
      family.supervisor.remove('t');
      family.end('t');
    }
    expect(delays).toEqual([0, 50, 100, 200]);
  });

  it('of one child is none of another’s', () => {
    family.add('a', 'b');
    family.end('a');
    family.clock.pass(0);
    family.end('a');
    family.end('b');
    expect(family.take()).toEqual(['died a 1 0', 'start a', 'died a 1 50', 'died b 1 0']);
  });
});

describe('A child that is awaited', () => {
  const awaited = new Set<string>();
  beforeEach(() => {
    awaited.clear();
    family = new TestFamily(100, 60_000, { isAwaited: ({ id }) => awaited.has(id) });
    family.add('a', 'b');
  });

  /** @returns the delays after `count` deaths, each at the moment of its start. */
  function delaysOf(id: string, deaths: number): number[] {
    return Array.from({ length: deaths }, () => {
      family.end(id);
      const delay = Number(family.take()[0]!.replace(`died ${id} 1 `, ''));
      family.clock.pass(delay);
      family.take();
      return delay;
    });
  }

  it('is started at once where it has served, however often it is killed', () => {
    awaited.add('a');
    family.served.add('a');
    expect(delaysOf('a', 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('waits for its back-off where it dies before it serves', () => {
    awaited.add('a');
    expect(delaysOf('a', 5)).toEqual([0, 50, 100, 200, 400]);
  });

  it('has no back-off left from earlier deaths once it has served', () => {
    awaited.add('a');
    delaysOf('a', 5);
    family.served.add('a');
    expect(delaysOf('a', 1)).toEqual([0]);
  });

  it('is started early when it comes to be awaited while it waits', () => {
    family.served.add('a');
    delaysOf('a', 5);
    family.end('a');
    expect(family.take()).toEqual(['died a 1 800']);
    expect(family.supervisor.hasten('a')).toBe(true);
    expect(family.take()).toEqual(['start a']);
    family.clock.pass(10_000);
    expect(family.take()).toEqual([]);
  });

  it('is not started early where it runs, or has died before it served', () => {
    expect(family.supervisor.hasten('a')).toBe(false);
    family.end('b');
    family.clock.pass(0);
    family.end('b');
    family.take();
    expect(family.supervisor.hasten('b')).toBe(false);
    expect(family.supervisor.hasten('nobody')).toBe(false);
    expect(family.take()).toEqual([]);
  });

  it('is tried without a delay where it is a temporary one that has served', () => {
    awaited.add('t');
    family.served.add('t');
    for (let i = 0; i < 4; i++) {
      family.supervisor.add(family.spec('t', 'temporary'));
      family.end('t');
    }
    expect(family.take().filter((event) => event === 'start t')).toHaveLength(4);
  });
});

describe('A child that dies soon after each start', () => {
  /** Has it die, wait for its back-off, and live for a while.
   *  @returns what happened at its death. */
  function nextLife(exit?: Exit): string[] {
    family.end('a', exit);
    const events = family.take();
    family.clock.pass(Number(events[0]!.split(' ').at(-1)) || 0);
    family.clock.pass(4000);
    family.take();
    return events;
  }

  it('is given up after restartsMax in a row, though its back-off keeps it below the period', () => {
    family = new TestFamily(20, 60_000);
    family.add('a');
    for (let i = 0; i < 20; i++) expect(nextLife()).not.toContain('gave up');
    expect(nextLife()).toContain('gave up');
  });

  it('is tried for as long as its ends are excused, later each time', () => {
    family = new TestFamily(3, 60_000, { isExcused: ({ code }) => code === 75 });
    family.add('a');
    const exit = { code: 75, signal: null };
    const last = Array.from({ length: 20 }, () => nextLife(exit)).at(-1);
    expect(last).toEqual(['died a 75 5000']);
  });
});

describe('Restart intensity', () => {
  /** Uses up the restarts of a period in 50 s. */
  function useUp(id: string): void {
    for (let i = 0; i < RESTARTS_MAX; i++) {
      family.end(id);
      family.clock.pass(5000);
    }
    family.take();
  }

  it('counts the restarts of all children together', () => {
    family.add('a', 'b');
    for (let i = 0; i < RESTARTS_MAX / 2; i++) {
      for (const id of ['a', 'b']) {
        family.end(id);
        family.clock.pass(5000);
      }
    }
    family.take();
    family.end('a');
    expect(family.take()).toEqual(['died a 1 undefined', 'gave up']);
  });

  it('is exceeded by one more than restartsMax within the period, and not a moment later', () => {
    family.add('a');
    useUp('a');
    family.clock.pass(10_000 - 1);
    family.end('a');
    expect(family.take()).toEqual(['died a 1 undefined', 'gave up']);

    family = new TestFamily(1, 1000);
    family.add('b', 'c');
    family.end('b');
    family.clock.pass(1000);
    family.end('c');
    expect(family.take()).toEqual(['died b 1 0', 'start b', 'died c 1 0']);
  });

  it('lets all children die at one time as often as is allowed for each, and not once more', () => {
    const ids = Array.from({ length: 33 }, (_, i) => `child ${i}`);
    family = new TestFamily(20, 60_000, { restartsPerChildMax: 3 });
    family.add(...ids);
    for (let time = 1; time <= 3; time++) {
      family.clock.pass(5000);
      for (const id of ids) family.end(id);
      expect(family.take()).toEqual(ids.map((id) => `died ${id} 1 0`));
      family.clock.pass(0);
      expect(family.take()).toEqual(ids.map((id) => `start ${id}`));
    }
    family.clock.pass(5000);
    family.end(ids[0]!);
    expect(family.take()).toContain('gave up');
  });

  it('lets as many temporary children as there are die at one time, soon after their start', () => {
    const ids = Array.from({ length: 33 }, (_, i) => `client ${i}`);
    family = new TestFamily(20, 60_000, { restartsPerChildMax: 3 });
    family.add('coordinator');
    for (const id of ids) family.supervisor.add(family.spec(id, 'temporary'));
    for (const id of ids) family.end(id);
    expect(family.take()).not.toContain('gave up');
  });

  it('exceeded means that nothing is started any more, and that is said once', () => {
    family.add('a', 'b', 'c');
    useUp('a');
    family.end('a');
    family.take();
    family.end('b');
    family.supervisor.add(family.spec('d'));
    family.clock.pass(1_000_000);
    expect(family.take()).toEqual(['died b 1 undefined']);
  });

  it('exceeded holds also for one that waited to be started again', () => {
    family.add('a', 'b');
    for (let i = 0; i < RESTARTS_MAX - 1; i++) {
      family.end('a');
      family.clock.pass(5000);
    }
    family.end('b');
    family.end('a');
    family.take();
    family.clock.pass(1_000_000);
    expect(family.take()).toEqual([]);
  });

  it('counts temporary children that die soon after their start, and no others', () => {
    for (let i = 0; i <= RESTARTS_MAX; i++) {
      family.supervisor.add(family.spec(`t${i}`, 'temporary'));
      family.clock.pass(5000);
      family.end(`t${i}`);
    }
    for (let i = 0; i < RESTARTS_MAX; i++) {
      family.supervisor.add(family.spec(`q${i}`, 'temporary'));
      family.end(`q${i}`);
    }
    expect(family.take()).not.toContain('gave up');
    family.supervisor.add(family.spec('last', 'temporary'));
    family.end('last');
    expect(family.take()).toEqual(['start last', 'died last 1 undefined', 'gave up']);
  });
});

describe('A start', () => {
  it('that throws is a death of its child, which is started again, and later', () => {
    const told: unknown[] = [];
    const family = new TestFamily(RESTARTS_MAX, 60_000, {
      died: (_, { error }, delayMs) => told.push([(error as Error | undefined)?.message, delayMs]),
    });
    const spec = family.spec('a');
    let starts = 0;
    family.supervisor.add({
      ...spec,
      start(exited, left) {
        starts++;
        if (starts === 2 || starts === 3) throw new Error('no memory');
        return spec.start(exited, left);
      },
    });
    family.end('a');
    for (const delayMs of [0, 50, 100]) family.clock.pass(delayMs);
    expect(told).toEqual([
      [undefined, 0],
      ['no memory', 50],
      ['no memory', 100],
    ]);
    expect([starts, family.take()]).toEqual([4, ['start a', 'start a']]);
  });

  it('that throws when a child is added is told to the one who adds it, and leaves the id free', () => {
    const start = () => {
      throw new Error('no memory');
    };
    expect(() => family.supervisor.add({ ...family.spec('a'), start })).toThrow('no memory');
    family.supervisor.add(family.spec('a'));
    expect(family.take()).toEqual(['start a']);
  });

  it('that the system refuses is no restart too many', () => {
    family.add('a');
    for (let count = 0; count < 3 * RESTARTS_MAX; count++) {
      family.end('a', { code: null, signal: null });
      family.clock.pass(5000);
    }
    expect(family.take()).not.toContain('gave up');
    expect(family.supervisor.restartsOf('a')).toBe(3 * RESTARTS_MAX);
  });
});
