// Spare processes that cannot serve, or take too long until they can.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkVersion } from '../link/index.ts';
import type { Log } from '../observe/index.ts';
import type { ForkedEvents, ForkedProcess } from './forked-process.ts';
import { LoadError } from './load-error.ts';
import { Spares } from './spares.ts';

const link = linkVersion();
const config = { spares: 1, startMs: 3000, heartbeatMs: 250 };
let forked: (ForkedEvents & { isKilled: boolean; sent: unknown[] })[];
let said: string[];
let isWaitedFor: boolean;
let spares: Spares;
let accepted: number;
const accept = () => void accepted++;
beforeEach(() => {
  vi.useFakeTimers();
  forked = [];
  said = [];
  accepted = 0;
  isWaitedFor = false;
  const say = (_fields: unknown, text: string) => said.push(text);
  spares = new Spares({
    config,
    log: { warn: say, error: say } as unknown as Log,
    fork: (events) => {
      const sent: unknown[] = [];
      const send = (message: unknown) => sent.push(message);
      const process = { ...events, sent, send, isKilled: false, kill: () => end(process) };
      forked.push(process);
      return process as unknown as ForkedProcess;
    },
    isWaitedFor: () => isWaitedFor,
    lost: () => {},
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of each that waits, whether it is ready. */
const ready = () => [...spares.all].map(({ isReady }) => isReady);

function end(process: (typeof forked)[number]): void {
  process.isKilled = true;
  process.exited({ code: null, signal: 'SIGKILL' });
}

describe('A spare process', () => {
  it('that cannot load its code is logged and ended, and another is tried later', async () => {
    spares.fill();
    forked[0]!.message({ type: 'loaded', problem: 'it is broken', games: [], link });
    await vi.advanceTimersByTimeAsync(4999);
    expect([forked.length, forked[0]!.isKilled, ready()]).toEqual([1, true, []]);
    expect(said).toEqual(['a spare process cannot serve, and is replaced later']);
    await vi.advanceTimersByTimeAsync(1);
    expect([forked.length, ready()]).toEqual([2, [false]]);
  });

  it('that ends by itself is replaced later, too', async () => {
    spares.fill();
    end(forked[0]!);
    await vi.advanceTimersByTimeAsync(5000);
    expect(forked.length).toBe(2);
    expect(said).toEqual(['a process that had nothing to do yet has ended (SIGKILL)']);
  });

  it('is ready when it has rehearsed', () => {
    spares.fill();
    forked[0]!.message({ type: 'loaded', problem: '', games: [], link });
    expect([forked[0]!.sent, ready()]).toEqual([[{ type: 'rehearse' }], [false]]);
    forked[0]!.message({ type: 'rehearsed' });
    expect(ready()).toEqual([true]);
  });

  it('is waited for until it is ready, or has had time enough to be', async () => {
    let waited = 0;
    const count = () => void waited++;
    spares.fill();
    void spares.ready().then(count);
    forked[0]!.message({ type: 'loaded', problem: '', games: [], link });
    await vi.advanceTimersByTimeAsync(2000);
    expect(waited).toBe(0);
    forked[0]!.message({ type: 'rehearsed' });
    await vi.advanceTimersByTimeAsync(0);
    expect(waited).toBe(1);
    end(forked[0]!);
    void spares.ready().then(count);
    expect(forked.length).toBe(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect([waited, ready()]).toEqual([2, [false]]);
  });
});

describe('While players wait for another process', () => {
  it('none is started until they have it', async () => {
    isWaitedFor = true;
    spares.fill();
    await vi.advanceTimersByTimeAsync(2000);
    expect(forked.length).toBe(0);
    isWaitedFor = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(forked.length).toBe(1);
  });

  it('one is started nevertheless after three seconds, each time', async () => {
    isWaitedFor = true;
    spares.fill();
    await vi.advanceTimersByTimeAsync(2999);
    expect(forked.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(forked.length).toBe(1);
    end(forked[0]!);
    await vi.advanceTimersByTimeAsync(7999);
    expect(forked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(forked.length).toBe(2);
  });
});

describe('While processes are replaced as planned', () => {
  it('another one is kept ready only when it is asked for, and afterwards', async () => {
    spares.fill();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const turn = spares.patiently(async () => {
      expect(spares.take()).toBe(forked[0]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(forked.length).toBe(1);
      void spares.ready();
      expect(forked.length).toBe(2);
      expect(spares.take()).toBe(forked[1]);
      await done;
      throw new Error('given up');
    });
    resolve();
    await expect(turn).rejects.toThrow('given up');
    await vi.advanceTimersByTimeAsync(500);
    expect([forked.length, ready()]).toEqual([3, [false]]);
  });
});

describe('New code', () => {
  it('that speaks another link is refused, with what to do', async () => {
    const same = spares.renew('disk', accept);
    forked[0]!.message({ type: 'loaded', problem: '', games: [], link });
    await same;
    const renewed = spares.renew('disk', accept);
    forked[1]!.message({ type: 'loaded', problem: '', games: [], link: 'another' });
    await expect(renewed).rejects.toThrow(/another link .*: stop and start the server/);
    expect(forked.map(({ isKilled }) => isKilled)).toEqual([false, true]);
  });

  it('that is not loaded in time is given up, and the spare processes stay', async () => {
    spares.fill();
    const renewed = spares.renew('disk', accept);
    renewed.catch(() => {});
    await vi.advanceTimersByTimeAsync(3000);
    await expect(renewed).rejects.toThrow(new LoadError('the new code has not loaded in time'));
    expect(forked.map(({ isKilled }) => isKilled)).toEqual([false, true]);
    expect(said).toEqual([]);
  });

  it('is no process that is taken in a need, until it is accepted', async () => {
    spares.fill();
    const renewed = spares.renew('disk', accept);
    expect(forked.length).toBe(2);
    expect(spares.take()).toBe(forked[0]);
    // None is left that has the accepted code.
    expect(spares.take()).toBe(forked[2]);
    expect([accepted, ready()]).toEqual([0, []]);
    forked[1]!.message({ type: 'loaded', problem: '', games: [], link });
    await renewed;
    expect([accepted, ready()]).toEqual([1, [false]]);
    expect(spares.take()).toBe(forked[1]);
  });

  it('that is being tried ends with the server', async () => {
    const renewed = spares.renew('disk', accept);
    renewed.catch(() => {});
    await spares.close();
    await expect(renewed).rejects.toThrow(LoadError);
    expect([forked[0]!.isKilled, accepted]).toEqual([true, 0]);
  });
});
