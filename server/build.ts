// Builds everything into `dist`, where that is not yet built from the sources that are there. It runs before
// every start, so it has to be quick where nothing has changed, and safe where two of them run at once.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FileLock } from './multiprocessing/file-lock.ts';

const FOLDERS = ['server', 'client', 'protocol', 'load-test'];
const FILES = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
/** The versions of packages that are wanted, and those that are installed. */
const PACKAGES = ['package-lock.json', 'node_modules/.package-lock.json'];
/** In `dist`: the hash of all that it was built from. */
const STAMP = 'built-from.txt';
/** Folders in which a build was made that did not come to its end. */
const UNFINISHED = /^dist-(build-)?\d+$/;
const RETRY_MS = 100;
/** Most of what loading costs is the number of files: this module becomes one file instead of typebox' 700. */
const BUNDLED = 'dist/protocol/schema.js';

/** A build that is not made; the message says what to do. */
class BuildError extends Error {}

const root = resolve(import.meta.dirname, '..');
try {
  await buildIfChanged(process.argv.includes('--force'));
} catch (error) {
  const isExpected = error instanceof BuildError || (error as NodeJS.ErrnoException).code;
  if (!isExpected) throw error;
  process.stderr.write(`build: ${textOf(error as NodeJS.ErrnoException)}\n`);
  process.exitCode = 1;
}

/** @param force builds also where nothing has changed. */
async function buildIfChanged(force: boolean): Promise<void> {
  if (!force && isBuiltFrom(stampOf(root))) return;
  const lock = await takeLock();
  try {
    // Another process may have built the same while this one waited.
    if (!force && isBuiltFrom(stampOf(root))) return;
    removeUnfinished();
    process.stderr.write('build: the sources are compiled, which takes some seconds\n');
    await build(join(root, `dist-build-${process.pid}`));
  } finally {
    // Again: the compiler of a build that was killed goes on, and has made its folder again meanwhile.
    removeUnfinished();
    lock.release();
  }
}

function removeUnfinished(): void {
  for (const name of readdirSync(root)) if (UNFINISHED.test(name)) remove(join(root, name));
}

/** Waits for a build that another process makes. The system takes the lock from a process that dies. */
async function takeLock(): Promise<FileLock> {
  const path = join(root, 'dist');
  for (let isTold = false; ; ) {
    const lock = FileLock.take(path);
    if (lock) return lock;
    if (!isTold)
      process.stderr.write(`build: waiting for that of process ${FileLock.holder(path)}\n`);
    isTold = true;
    await setTimeout(RETRY_MS);
  }
}

/** Builds a copy of the sources, which does not change meanwhile, and puts the result in the place of `dist`. */
async function build(copy: string): Promise<void> {
  const clean = (signal: NodeJS.Signals) => {
    remove(copy);
    process.kill(process.pid, signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, clean);
  mkdirSync(copy);
  try {
    for (const name of [...FOLDERS, ...FILES]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    const stamp = stampOf(copy);
    await run(copy, 'tsc', ['-p', 'tsconfig.build.json']);
    const bundle = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning'];
    await run(copy, 'esbuild', [BUNDLED, ...bundle, `--outfile=${BUNDLED}`, '--allow-overwrite']);
    writeFileSync(join(copy, 'dist', STAMP), stamp);
    const dist = join(root, 'dist');
    // A running server has its own copy of the code, in its data directory.
    if (existsSync(dist)) renameSync(dist, join(copy, 'old'));
    renameSync(join(copy, 'dist'), dist);
  } finally {
    remove(copy);
  }
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<void> {
  const path = join(root, 'node_modules/.bin', program);
  if (!existsSync(path)) throw new BuildError(`${program} is not installed: run npm install first`);
  const child = spawn(path, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((done, failed) => child.once('exit', done).once('error', failed));
  if (code === 0) return;
  throw new BuildError(
    `${program} found errors: mend what it names above. ` +
      (existsSync(join(root, 'dist')) ? 'dist was not changed' : 'There is no dist yet'),
  );
}

/** The hash of the sources in a folder, by name and content: times say nothing after a checkout. */
function stampOf(folder: string): string {
  const hash = createHash('sha256');
  const add = (path: string, name: string): void => {
    const content = readFileSync(path);
    hash.update(`${name}\0${content.length}\0`).update(content);
  };
  for (const part of FOLDERS) {
    const names = readdirSync(join(folder, part), { recursive: true }) as string[];
    for (const name of names.sort()) {
      if (name.endsWith('.ts') && !name.endsWith('.test.ts')) {
        add(join(folder, part, name), `${part}/${name}`);
      }
    }
  }
  for (const name of FILES) add(join(folder, name), name);
  for (const name of PACKAGES) if (existsSync(join(root, name))) add(join(root, name), name);
  return `${hash.digest('hex')}\n`;
}

function isBuiltFrom(stamp: string): boolean {
  const path = join(root, 'dist', STAMP);
  return existsSync(path) && readFileSync(path, 'utf8') === stamp;
}

/** The compiler of a build that was killed may still write into the folder: then it is tried again for some seconds. */
function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function textOf({ code, message, path }: NodeJS.ErrnoException): string {
  if (code !== 'EACCES' && code !== 'EPERM') return message;
  return `${path ?? root} belongs to another user (${code}): remove dist and dist.lock, or build as that user`;
}
