// The share of an event loop that a group may take.
import { describe, expect, it } from 'vitest';
import { LoopShare } from './loop-share.ts';

describe('A share of the event loop', () => {
  it('lets short work through, however often it comes within the share', () => {
    const share = new LoopShare(0.25, 10);
    let now = performance.now();
    for (let i = 0; i < 1000; i++) {
      now += 10;
      expect(share.restAfter(2, now)).toBe(0);
    }
  });

  it('has long work followed by a rest, so that the share is kept', () => {
    const share = new LoopShare(0.25, 10);
    const begunAt = performance.now();
    let now = begunAt;
    let spent = 0;
    for (let i = 0; i < 100; i++) {
      now += 20 + share.restAfter(20, now + 20);
      spent += 20;
    }
    expect(spent / (now - begunAt)).toBeLessThan(0.3);
    expect(spent / (now - begunAt)).toBeGreaterThan(0.2);
  });
});
