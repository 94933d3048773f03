// How often the system is asked about processes without a connection, and when they are given up.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AbsentProcesses, RECONNECT_MS } from './absent-processes.ts';

let back: Set<string>;
let gone: string[];
let dead: Set<number>;
let questions: number;
let absent: AbsentProcesses;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  back = new Set();
  gone = [];
  dead = new Set();
  questions = 0;
  const kill = (pid: number): true => {
    questions++;
    if (dead.has(pid)) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    return true;
  };
  vi.spyOn(process, 'kill').mockImplementation(kill as typeof process.kill);
  absent = new AbsentProcesses({
    isBack: (owner) => back.has(owner),
    gone: (owner) => gone.push(owner),
  });
});
afterEach(() => {
  absent.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('A process without a connection', () => {
  it('is asked about at most 50 times in all, however many owners claim its id', () => {
    for (let i = 0; i < 1000; i++) absent.add(`1-${i}`, 1);
    vi.advanceTimersByTime(RECONNECT_MS - 1);
    expect(gone).toEqual([]);
    expect(questions).toBeLessThan(50);
    vi.advanceTimersByTime(300);
    expect(gone).toHaveLength(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is gone within milliseconds of its end, also while another one has long been absent', () => {
    absent.add('1-a', 1);
    vi.advanceTimersByTime(3000);
    absent.add('2-b', 2);
    dead.add(2);
    vi.advanceTimersByTime(7);
    expect(gone).toEqual(['2-b']);
    dead.add(1);
    vi.advanceTimersByTime(251);
    expect(gone).toEqual(['2-b', '1-a']);
  });

  it('that was dead before its connection broke is gone at once', () => {
    dead.add(1);
    absent.add('1-a', 1);
    expect(gone).toEqual(['1-a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that has a connection again is not given up, nor asked about any longer', () => {
    absent.add('1-a', 1);
    back.add('1-a');
    vi.advanceTimersByTime(2 * RECONNECT_MS);
    expect(gone).toEqual([]);
    expect(questions).toBe(1);
  });
});
