// The examples as programs: what each prints.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const pathOf = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

async function run(name: string, ...flags: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, pathOf(name)]);
  expect(stderr).toBe('');
  return stdout;
}

const outputs: Readonly<Record<string, string>> = {
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
  crawler:
    '/: Page /\n/a: Page /a\n/b: Page /b\n/kills: WORKER_CRASHED\n/c: Page /c\n/d: Page /d\n',
};

describe('The example', () => {
  it.each(Object.entries(outputs))('%s prints what it should', async (name, output) => {
    expect(await run(name)).toBe(output);
  });

  it('hello tells of the parent, the process and bob', async () => {
    const [parent, child, hello] = (await run('hello')).split('\n');
    const pid = /^this is main (\d+)$/.exec(parent!)?.[1];
    expect(child).toMatch(new RegExp(`^main ${pid} has started Process-1 \\d+$`));
    expect(hello).toBe('hello bob');
  });

  it('squares runs under a loader of TypeScript as well', async () => {
    expect(await run('squares', '--import', 'tsx')).toBe('[1,4,9]\n');
  });
});
