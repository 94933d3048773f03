import { describe, expect, it } from 'vitest';
import {
  LinkWatch,
  PRESENT_MS_MAX,
  UNREAD_BYTES_CUT,
  UNREAD_BYTES_MAX,
  UNREAD_MS_MAX,
} from './link-watch.ts';

describe('The link to a worker', () => {
  it('ends where more than its bytes have waited for longer than its time', () => {
    const watch = new LinkWatch(0);
    expect(watch.check(10, UNREAD_BYTES_MAX + 1, true)).toBeUndefined();
    expect(watch.check(9 + UNREAD_MS_MAX, UNREAD_BYTES_MAX + 1, true)).toBeUndefined();
    expect(watch.check(10 + UNREAD_MS_MAX, UNREAD_BYTES_MAX + 1, true)).toBe('unread');
  });

  it('goes on where the worker has read enough in between', () => {
    const watch = new LinkWatch(0);
    for (let now = 0; now < 20 * UNREAD_MS_MAX; now += UNREAD_MS_MAX - 1) {
      expect(watch.check(now, UNREAD_BYTES_CUT, true)).toBeUndefined();
      expect(watch.check(now + 1, UNREAD_BYTES_MAX, true)).toBeUndefined();
    }
  });

  it('ends at once where four times that waits', () => {
    expect(new LinkWatch(0).check(0, UNREAD_BYTES_CUT + 1, true)).toBe('unread');
  });

  it('ends where the connection has not said which worker it is', () => {
    const watch = new LinkWatch(0);
    expect(watch.check(PRESENT_MS_MAX, 0, false)).toBeUndefined();
    expect(watch.check(PRESENT_MS_MAX + 1, 0, true)).toBeUndefined();
    expect(watch.check(PRESENT_MS_MAX + 1, 0, false)).toBe('silent');
  });
});
