// A process that goes first does so for a while, or not at all, and is not stopped by either.
import { execFile } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const url = new URL('./go-first.ts', import.meta.url);

/** What a process says of its priority in between. */
async function said(between: string): Promise<number[]> {
  const script = `
    import { getPriority, setPriority } from 'node:os';
    import { goFirst } from '${url}';
    const said = [];
    const say = () => said.push(getPriority());
    goFirst(20);
    say();
    ${between}
    const until = setInterval(() => {
      if (performance.now() - begun < 200) return;
      clearInterval(until);
      say();
      console.log(JSON.stringify(said));
    }, 5);
    const begun = performance.now();`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ]);
  return JSON.parse(stdout) as number[];
}

const own = getPriority();
const first = mayGoFirst() ? own - 5 : own;

function mayGoFirst(): boolean {
  try {
    setPriority(own - 5);
    setPriority(own);
    return true;
  } catch {
    return false;
  }
}

it('It goes first where it may, and then is as it was', async () => {
  expect(await said('')).toEqual([first, own]);
});

it('Who has stood back meanwhile stays back', async () => {
  expect(await said('setPriority(10);')).toEqual([first, 10]);
});
