// Which code a process is started with: the copy that was accepted last, or what is on the disk.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../observe/index.ts';
import { AcceptedCode, type Code } from './accepted-code.ts';

let data: string;
let said: string[];
/** What is on the disk. */
let text: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  said = [];
  text = 'first';
});
afterEach(() => {
  rmSync(data, { recursive: true });
});

const mainPath = '/app/dist/server/main.js';
function newCode(main = mainPath): AcceptedCode {
  const say = (_fields: unknown, line: string) => said.push(line);
  const log = { info: say, warn: say, error: say } as unknown as Log;
  const sources = {
    readCode: async () => ({ index: '{}', sources: Buffer.from(text), main: `file://${mainPath}` }),
    readBoot: () => 'boot',
  };
  return new AcceptedCode({ data, mainPath: main, games: [], log, sources });
}
const versions = () => readdirSync(join(data, 'code'));
/** What a process that is started now has for its code. */
function runs(code: AcceptedCode, which?: Code): string {
  const { exec, args } = code.script(which);
  if (args.length === 0) return exec;
  expect([readFileSync(exec, 'utf8'), args]).toEqual(['boot', [`file://${mainPath}`]]);
  return readFileSync(join(exec, '../sources'), 'utf8');
}

describe('A process runs', () => {
  it('the code of the start, until other code is accepted; the old copy goes when it is of no use', async () => {
    const code = newCode();
    await code.begin();
    text = 'second';
    const second = await code.stage();
    expect([runs(code), runs(code, second)]).toEqual(['first', 'second']);
    code.accept(second);
    expect([runs(code), versions().length]).toEqual(['second', 2]);
    await code.tidy();
    expect([runs(code), versions().length]).toEqual(['second', 1]);
  });

  it('the code from before where other code was refused, or was taken back', async () => {
    const code = newCode();
    await code.begin();
    text = 'second';
    await code.refuse(await code.stage());
    expect([runs(code), versions().length]).toEqual(['first', 1]);
    code.accept(await code.stage())();
    expect(runs(code)).toBe('first');
  });

  it('the same copy where the same code is tried again, also when that is refused', async () => {
    const code = newCode();
    await code.begin();
    const same = await code.stage();
    await code.refuse(same);
    expect([runs(code), versions().length, said]).toEqual(['first', 1, []]);
  });

  it('a copy that was removed or is incomplete', async () => {
    const code = newCode();
    await code.begin();
    rmSync(join(data, 'code'), { recursive: true });
    expect(runs(code)).toBe('first');
    expect(said).toEqual(['the copy of the code was removed, and is made again']);
    writeFileSync(join(data, 'code', versions()[0]!, 'sources'), 'fir');
    const next = newCode();
    await next.begin();
    expect(runs(next)).toBe('first');
  });

  it('what is on the disk where the data directory has no place, and the log says so', async () => {
    writeFileSync(join(data, 'code'), 'in the way');
    const code = newCode();
    await code.begin();
    expect(runs(code)).toBe(mainPath);
    code.accept(await code.stage());
    expect(runs(code)).toBe(mainPath);
    expect(said.every((line) => /^no copy of the code .*mend what is in the way/.test(line))).toBe(
      true,
    );
    expect(said.length).toBeGreaterThan(0);
  });

  it('its TypeScript sources in a server that was started from them', async () => {
    const code = newCode('/app/server/main.ts');
    await code.begin();
    expect([runs(code), said]).toEqual(['/app/server/main.ts', []]);
  });
});

it('Copies of earlier servers are removed at the start', async () => {
  mkdirSync(join(data, 'code/of-an-earlier-server'), { recursive: true });
  const code = newCode();
  await code.begin();
  expect(versions()).toHaveLength(1);
  expect(runs(code)).toBe('first');
});
