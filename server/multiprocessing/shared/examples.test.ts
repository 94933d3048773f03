// The example programs: each runs as it stands, in processes of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

async function linesOf(example: string): Promise<string[]> {
  const path = join(import.meta.dirname, 'examples', `${example}.ts`);
  const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: 60_000 });
  return stdout.trimEnd().split('\n');
}

describe('The example', () => {
  it('of a producer and a consumer prints the squares of what was put, in order', async () => {
    expect(await linesOf('producer-and-consumer')).toEqual(['1', '4', '9', '16', '25']);
  });

  it('of unbroken groups prints the lines of each process together', async () => {
    const lines = await linesOf('unbroken-groups');
    const groups = [0, 3, 6].map((at) => lines.slice(at, at + 3).join(' '));
    expect(groups.toSorted()).toEqual(['a1 a2 a3', 'b1 b2 b3', 'c1 c2 c3']);
  });

  it('of a counter counts ten processes, under a lock and in a single step', async () => {
    expect(await linesOf('counter')).toEqual(['under a lock: 10', 'in a single step: 10']);
  });

  it('of a cash machine has the balance of before after each round', async () => {
    expect(await linesOf('cash-machine')).toEqual(new Array(10).fill('100'));
  }, 60_000);

  it('of a work queue goes on when all work is done', async () => {
    expect(await linesOf('work-queue')).toEqual(['all work is done: 210']);
  });

  it('of an event has workers that stop', async () => {
    expect(await linesOf('stop-event')).toEqual(['all have stopped']);
  });

  it('of a barrier has nobody begin before all are ready', async () => {
    const lines = await linesOf('start-order');
    expect(lines.slice(0, 3).toSorted()).toEqual(['a is ready', 'b is ready', 'c is ready']);
    expect(lines.slice(3).toSorted()).toEqual(['a begins', 'b begins', 'c begins']);
  });
});
