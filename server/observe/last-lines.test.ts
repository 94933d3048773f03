// Which lines of a process are shown with its death.
import { describe, expect, it } from 'vitest';
import { LastLines } from './last-lines.ts';

describe('The last lines of a process', () => {
  it('are those of the ten seconds before', () => {
    let now = 0;
    const lines = new LastLines(() => now);
    lines.add('a warning of an hour ago');
    now += 3_600_000;
    lines.add('the last words');
    now += 10_000;
    expect(lines.list()).toEqual(['the last words']);
    now += 1;
    expect(lines.list()).toEqual([]);
  });
});
