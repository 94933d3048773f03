// The disk of a simulated machine, in the place of `node:fs`: what was written outlives the process
// that wrote it; one that is killed while it writes leaves the beginning.
import { dirname } from 'node:path';
import { Call, machine, self } from './test-machine.ts';

interface File {
  bytes: Buffer;
  /** Its process writes into it where it is. */
  readonly isMark?: boolean;
}

const LATER_MS = 5;

let files = new Map<string, File>();
let folders = new Set<string>();
let opened = new Map<number, File>();
let lastFd = 10;

export function formatDisk(): void {
  files = new Map();
  folders = new Set(['/']);
  opened = new Map();
}

const failure = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${path}`), { code });

/** @returns whether the process lives to do it. */
const lives = (): boolean => machine().call(self()) === Call.Done;

function under(path: string): string[] {
  return [...files.keys(), ...folders].filter((name) => name.startsWith(`${path}/`));
}

function fileOf(path: string): File {
  const file = files.get(path);
  if (!file) throw failure('ENOENT', path);
  return file;
}

export const existsSync = (path: string): boolean => files.has(path) || folders.has(path);

export const chmodSync = (): void => {};

export function statSync(path: string): { mode: number; isDirectory(): boolean } | undefined {
  return existsSync(path) ? { mode: 0o700, isDirectory: () => folders.has(path) } : undefined;
}

export function mkdirSync(path: string): void {
  if (!lives()) return;
  for (let at = path; !folders.has(at); at = dirname(at)) {
    folders.add(at);
    if (at === dirname(at)) return;
  }
}

export function readdirSync(path: string): string[] {
  if (!folders.has(path)) throw failure('ENOENT', path);
  return under(path)
    .map((name) => name.slice(path.length + 1))
    .filter((name) => !name.includes('/'));
}

export function readFileSync(path: string, encoding?: 'utf8'): Buffer | string {
  // Of the real machine: only the version is wanted.
  if (path.endsWith('/package.json')) return '{}';
  const { bytes } = fileOf(path);
  return encoding ? bytes.toString(encoding) : Buffer.from(bytes);
}

export function writeFileSync(path: string, data: Uint8Array | string): void {
  if (lives()) files.set(path, { bytes: Buffer.from(data as string) });
}

export function openSync(path: string, flags: string): number {
  lastFd++;
  const isMark = path.endsWith('/recovering') || path.endsWith('/lobby-command');
  if (flags === 'w' && lives()) files.set(path, { bytes: Buffer.alloc(0), isMark });
  const file = files.get(path) ?? (flags === 'w' ? { bytes: Buffer.alloc(0) } : undefined);
  if (!file && !folders.has(path)) throw failure('ENOENT', path);
  if (file) opened.set(lastFd, file);
  return lastFd;
}

export function writeSync(
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number {
  const file = opened.get(fd)!;
  // Who dies right there is what the mark is for: a kill from outside would count as that.
  const call = file.isMark && self().isAlive ? Call.Done : machine().call(self());
  if (call === Call.Void) return length;
  const written = call === Call.Done ? length : machine().random.integer(0, length);
  const part = bytes.subarray(offset, offset + written);
  const { bytes: before } = file;
  const after = before.subarray(position + part.length);
  file.bytes = Buffer.concat([before.subarray(0, position), part, after]);
  return length;
}

export function readSync(fd: number, into: Uint8Array, offset: number, length: number): number {
  return opened.get(fd)!.bytes.copy(into, offset, 0, length);
}

export function ftruncateSync(fd: number, length: number): void {
  const file = opened.get(fd)!;
  if (lives()) file.bytes = file.bytes.subarray(0, length);
}

export function closeSync(fd: number): void {
  opened.delete(fd);
}

export const fdatasyncSync = (): void => {};
export const fsyncSync = (): void => {};
export const accessSync = (): void => {};
export const constants = { W_OK: 0, X_OK: 0 };
export const mkdtempSync = (prefix: string): string => `${prefix}simulated`;

export function fdatasync(_fd: number, done: (error: null) => void): void {
  machine().after(machine().delay(LATER_MS), self(), () => done(null));
}

export function open(
  path: string,
  flags: string,
  _mode: number,
  done: (error: Error | null, fd?: number) => void,
): void {
  later(() => openSync(path, flags)).then((fd) => done(null, fd), done);
}

export function close(fd: number, done: (error: Error | null) => void): void {
  later(() => closeSync(fd)).then(() => done(null), done);
}

export function renameSync(from: string, to: string): void {
  if (!lives()) return;
  if (!existsSync(from)) throw failure('ENOENT', from);
  for (const path of [from, ...under(from)]) {
    const target = to + path.slice(from.length);
    const file = files.get(path);
    if (file) files.set(target, file);
    else folders.add(target);
    files.delete(path);
    folders.delete(path);
  }
}

export function unlinkSync(path: string): void {
  rmSync(path);
}

export function rmSync(path: string): void {
  if (!lives()) return;
  for (const name of [path, ...under(path)]) {
    files.delete(name);
    folders.delete(name);
  }
}

/** Waits, then does it if the process still lives. */
const later = <T>(act: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    machine().after(machine().delay(LATER_MS), self(), () => {
      try {
        resolve(act());
      } catch (error) {
        reject(error as Error);
      }
    });
  });

/** In the place of `node:fs/promises`. */
export const promises = {
  async open(path: string, flags: string) {
    const fd = await later(() => openSync(path, flags));
    return {
      writeFile: (bytes: Uint8Array) => later(() => writeSync(fd, bytes, 0, bytes.length, 0)),
      sync: () => later(() => {}),
      async [Symbol.asyncDispose]() {
        closeSync(fd);
      },
    };
  },
  mkdir: (path: string) => later(() => mkdirSync(path)),
  /** Of sockets, which stay. */
  statfs: async () => ({ bavail: 1, blocks: 1, bsize: 2 ** 40 }),
  stat: async (path: string) => {
    const size = files.get(path)?.bytes.length ?? 0;
    if (path.includes('/ended') && !existsSync(path)) throw failure('ENOENT', path);
    return { dev: 1, ino: 1, blocks: Math.ceil(size / 512), mtimeMs: 0, birthtimeMs: 0 };
  },
  async opendir(path: string) {
    return (await later(() => readdirSync(path))).map((name) => ({ name }));
  },
  rm: (path: string) => later(() => rmSync(path)),
  rename: (from: string, to: string) => later(() => renameSync(from, to)),
  unlink: (path: string) =>
    later(() => {
      fileOf(path);
      if (lives()) files.delete(path);
    }),
};
