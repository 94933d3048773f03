// The build before every start, in a small package whose compiler is a script of the test.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from './test-server.ts';

/** Counts its runs, waits while there is a file `hold`, and fails on a source with the word `wrong`. */
const TSC = `#!/bin/sh
root=$(dirname "$0")/../..
echo run >> "$root/runs"
while [ -e "$root/hold" ]; do sleep 0.05; done
mkdir -p dist/protocol
cp server/a.ts dist/a.js
! grep -q wrong server/a.ts
`;

class Package {
  readonly root = temporaryDirectory();

  constructor() {
    for (const name of ['build.ts', 'multiprocessing/file-lock.ts']) {
      cpSync(new URL(name, import.meta.url), join(this.root, 'server', name));
    }
    for (const name of ['client', 'protocol', 'load-test', 'node_modules/.bin']) {
      mkdirSync(join(this.root, name), { recursive: true });
    }
    this.write('package.json', '{ "type": "module" }');
    for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
      this.write(name, '{}');
    }
    this.write('server/a.ts', 'first');
    this.write('server/b.ts', '');
    writeFileSync(join(this.root, 'node_modules/.bin/tsc'), TSC, { mode: 0o755 });
    writeFileSync(join(this.root, 'node_modules/.bin/esbuild'), '#!/bin/sh\n', { mode: 0o755 });
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.root, name), content);
  }

  read(name: string): string {
    const path = join(this.root, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** How often something was compiled. */
  get runs(): number {
    return this.read('runs').split('\n').length - 1;
  }

  /** Everything named dist, but for the lock. */
  get dists(): string[] {
    return readdirSync(this.root).filter((name) => name.startsWith('dist') && name !== 'dist.lock');
  }

  start(...args: string[]): { child: ChildProcess; done: Promise<{ code: number; text: string }> } {
    const child = spawn(process.execPath, [join(this.root, 'server/build.ts'), ...args]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const done = new Promise<{ code: number; text: string }>((resolve) => {
      child.once('close', (code) => resolve({ code: code ?? -1, text }));
    });
    return { child, done };
  }

  build(...args: string[]): Promise<{ code: number; text: string }> {
    return this.start(...args).done;
  }
}

describe('The build', () => {
  it('compiles only where sources or packages are other than those of dist', async () => {
    const of = new Package();
    const runsAfter = async (change: () => void, ...args: string[]) => {
      change();
      const before = of.runs;
      const { code, text } = await of.build(...args);
      expect(code).toBe(0);
      // Compiling takes seconds, so it is said; what takes none says nothing.
      expect(text).toMatch(of.runs > before ? /^build: the sources are compiled.*\n$/ : /^$/);
      return of.runs;
    };
    expect(await runsAfter(() => {})).toBe(1);
    expect(of.read('dist/a.js')).toBe('first');
    expect(await runsAfter(() => {})).toBe(1);
    const later = new Date(Date.now() + 60_000);
    expect(await runsAfter(() => utimesSync(join(of.root, 'server/a.ts'), later, later))).toBe(1);
    expect(await runsAfter(() => of.write('server/a.test.ts', 'a test'))).toBe(1);
    expect(await runsAfter(() => of.write('server/a.ts', 'second'))).toBe(2);
    expect(of.read('dist/a.js')).toBe('second');
    expect(await runsAfter(() => rmSync(join(of.root, 'server/b.ts')))).toBe(3);
    expect(await runsAfter(() => of.write('package-lock.json', '{ }'))).toBe(4);
    expect(await runsAfter(() => rmSync(join(of.root, 'dist'), { recursive: true }))).toBe(5);
    expect(await runsAfter(() => {}, '--force')).toBe(6);
    expect(of.dists).toEqual(['dist']);
  });

  it('is made once where several ask for it at the same time', async () => {
    const of = new Package();
    await of.build();
    of.write('server/a.ts', 'second');
    of.write('hold', '');
    const first = of.start();
    await expect.poll(() => of.runs).toBe(2);
    const others = [of.start(), of.start(), of.start()];
    let told = '';
    others[0]!.child.stderr!.on('data', (chunk) => {
      told += chunk;
    });
    await expect.poll(() => told).toContain(`waiting for that of process ${first.child.pid}`);
    rmSync(join(of.root, 'hold'));
    for (const { done } of [first, ...others]) expect(await done).toMatchObject({ code: 0 });
    expect([of.runs, of.read('dist/a.js')]).toEqual([2, 'second']);
    expect(of.dists).toEqual(['dist']);
    expect(readdirSync(join(of.root, 'dist')).sort()).toEqual([
      'a.js',
      'built-from.txt',
      'protocol',
    ]);
  });

  it('leaves dist whole where it is killed, and is made again by the next', async () => {
    const of = new Package();
    await of.build();
    of.write('server/a.ts', 'second');
    of.write('hold', '');
    const { child, done } = of.start();
    await expect.poll(() => of.runs).toBe(2);
    child.kill('SIGKILL');
    // The compiler has survived, and ends now.
    rmSync(join(of.root, 'hold'));
    await done;
    expect(of.read('dist/a.js')).toBe('first');
    expect(await of.build()).toMatchObject({ code: 0 });
    expect(of.read('dist/a.js')).toBe('second');
    await expect.poll(() => of.dists).toEqual(['dist']);
  });

  it('removes what the compiler of a build that was killed has written since', async () => {
    const of = new Package();
    of.write('hold', '');
    const { done } = of.start();
    await expect.poll(() => of.runs).toBe(1);
    mkdirSync(join(of.root, 'dist-build-1/dist'), { recursive: true });
    rmSync(join(of.root, 'hold'));
    expect(await done).toMatchObject({ code: 0 });
    expect(of.dists).toEqual(['dist']);
  });

  it('with errors leaves dist as it is, and says so', async () => {
    const of = new Package();
    await of.build();
    of.write('server/a.ts', 'wrong');
    const failed = await of.build();
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.text).toMatch(/\nbuild: tsc found errors: .*dist was not changed\n$/);
    expect([of.read('dist/a.js'), of.dists]).toEqual(['first', ['dist']]);
    // Not taken for built by the next start.
    expect((await of.build()).code).toBe(1);
  });

  it('says what to do where the compiler is not installed', async () => {
    const of = new Package();
    rmSync(join(of.root, 'node_modules/.bin/tsc'));
    expect(await of.build()).toEqual({
      code: 1,
      text: expect.stringContaining('\nbuild: tsc is not installed: run npm install first\n'),
    });
  });
});
