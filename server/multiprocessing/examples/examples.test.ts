// The examples as programs: what each prints.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const compiled = join(here, '../../../dist/server/multiprocessing/examples');
const OUTPUT_BYTES_MAX = 16_777_216;

async function run(...args: string[]): Promise<string> {
  const options = { maxBuffer: OUTPUT_BYTES_MAX };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
  expect(stderr).toBe('');
  return stdout;
}

const output = (name: string): Promise<string> => run(join(compiled, `${name}.js`));
const linesOf = async (name: string) => (await output(name)).trimEnd().split('\n');

const expected: Readonly<Record<string, string>> = {
  squares: '[1,4,9]\n',
  'squares-in-order': '[1,25,81]\n',
  'one-task': 'it runs\n100\n',
  sum: '55611 + 166500 + 278389 = 500500\n',
  mean: 'mean 49999.5\n',
  'even-and-odd': 'even: 2,4,6,8\nodd: 1,3,5,7,9\n',
  'named-processes':
    'before: first false, second false\nstarted: first true, second true\nfirst works\n' +
    'between: first false, second true\nafter: first false, second false\n' +
    'first: exit code 0; second: SIGTERM\n',
  'producer-and-consumer': '1\n4\n9\n16\n25\n',
  'even-numbers': '0\n2\n4\n6\n8\n',
  pipe: 'hello\nand goodbye\n',
  counter: 'under a lock: 10\nin a single step: 10\n',
  'cash-machine': '100\n'.repeat(10),
  'work-queue': 'all work is done: 210\n',
  crawler:
    '/: Page /\n/a: Page /a\n/b: Page /b\n/kills: WORKER_CRASHED\n/c: Page /c\n/d: Page /d\n',
  'game-server':
    'score 1: OK\nscore 2: OK\ncrash: its process has ended\nscore 3: OK\nthe score is 6\n',
};

describe('The example', () => {
  it.each(Object.entries(expected))('%s prints what it should', async (name, text) => {
    expect(await output(name)).toBe(text);
  });

  it('hello tells of the parent, the process and bob', async () => {
    const [parent, child, hello] = await linesOf('hello');
    const pid = /^this is main (\d+)$/.exec(parent!)?.[1];
    expect(child).toMatch(new RegExp(`^main ${pid} has started Process-1 \\d+$`));
    expect(hello).toBe('hello bob');
  });

  it('unbroken-groups prints the lines of each process together', async () => {
    const lines = await linesOf('unbroken-groups');
    const groups = [0, 3, 6].map((at) => lines.slice(at, at + 3).join(' '));
    expect(groups.toSorted()).toEqual(['a1 a2 a3', 'b1 b2 b3', 'c1 c2 c3']);
  });

  it('stop-event has all processes stop, and says so then', async () => {
    const lines = await linesOf('stop-event');
    expect(lines.slice(0, 3).toSorted()).toEqual(['a stops', 'b stops', 'c stops']);
    expect(lines.slice(3)).toEqual(['all have stopped']);
  });

  it('start-order has nobody begin before all are ready', async () => {
    const lines = await linesOf('start-order');
    expect(lines.slice(0, 3).toSorted()).toEqual(['a is ready', 'b is ready', 'c is ready']);
    expect(lines.slice(3).toSorted()).toEqual(['a begins', 'b begins', 'c begins']);
  });

  it('logging writes every line whole, those of a process in their order', async () => {
    const last: Record<string, number> = {};
    for (const line of await linesOf('logging')) {
      const [name = '', number, text] = line.split(' ');
      expect(text === name.repeat(20_000), line.slice(0, 20)).toBe(true);
      expect(Number(number)).toBe((last[name] ?? 0) + 1);
      last[name] = Number(number);
    }
    expect(last).toEqual({ a: 20, b: 20, c: 20, d: 20, e: 20 });
  });

  it('squares runs as TypeScript as well, by Node itself and under a loader', async () => {
    const source = join(here, 'squares.ts');
    expect(await run(source)).toBe(expected.squares);
    expect(await run('--import', 'tsx', source)).toBe(expected.squares);
  });
});
