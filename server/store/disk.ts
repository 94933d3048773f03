// The file operations that the store is made of, so that a test can put failures between them.
import * as fs from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const fdatasync = promisify(fs.fdatasync);
const closeFile = promisify(fs.close);
const openFile = promisify(fs.open) as (
  path: string,
  flags: string,
  mode: number,
) => Promise<number>;

/** Those with `Later` do not hold up the event loop. */
export const systemDisk = {
  makeFolder: (path: string): void => void fs.mkdirSync(path, { recursive: true }),
  makeFolderLater: async (path: string): Promise<void> => {
    await mkdir(path, { recursive: true });
  },
  list: (folder: string): string[] => fs.readdirSync(folder),
  /** In slices: the names in a large folder hold up nothing. */
  async listLater(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of await opendir(folder, { bufferSize: 256 })) names.push(name);
    return names;
  },
  /** The bytes that a file or folder takes on the disk; when it was changed and made, in ms since 1970. */
  async statLater(path: string): Promise<{ bytes: number; changedAt: number; bornAt: number }> {
    const { blocks, mtimeMs, birthtimeMs } = await stat(path);
    return { bytes: blocks * 512, changedAt: mtimeMs, bornAt: birthtimeMs };
  },
  /** The bytes that the disk of a folder has left, and has in all. */
  async spaceLater(folder: string): Promise<{ free: number; size: number }> {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, size: blocks * bsize };
  },
  read: (path: string): Buffer => fs.readFileSync(path),
  /** Reads the first bytes of a file, or all of a shorter one. */
  readStart(path: string, length: number): Buffer {
    const fd = fs.openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, 0));
    } finally {
      fs.closeSync(fd);
    }
  },
  /** Opens for writing; what the file held is gone. */
  create: (path: string): number => fs.openSync(path, 'w', 0o600),
  createLater: (path: string): Promise<number> => openFile(path, 'w', 0o600),
  /** Opens what is there for writing. */
  open: (path: string): number => fs.openSync(path, 'r+'),
  /** Opens what another part of the process writes, to have the disk take it. */
  openToSync: (path: string): number => fs.openSync(path, 'r'),
  /** @returns how many bytes were written, which may be less than all. */
  write: (fd: number, bytes: Uint8Array, offset: number, position: number): number =>
    fs.writeSync(fd, bytes, offset, bytes.length - offset, position),
  truncate: (fd: number, length: number): void => fs.ftruncateSync(fd, length),
  sync: (fd: number): void => fs.fdatasyncSync(fd),
  syncLater: (fd: number): Promise<void> => fdatasync(fd),
  close: (fd: number): void => fs.closeSync(fd),
  /** Closes a large file that has been removed: its space is freed beside the event loop. */
  closeLater: (fd: number): Promise<void> => closeFile(fd),
  rename: (from: string, to: string): void => fs.renameSync(from, to),
  /** Removes a file or a folder with all that is in it; nothing happens where there is none. */
  remove: (path: string): void => fs.rmSync(path, { recursive: true, force: true }),
  /** Cuts a file off at `length`, and waits until the disk has all of it. */
  cutFile(path: string, length: number): void {
    const fd = fs.openSync(path, 'r+');
    try {
      fs.ftruncateSync(fd, length);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  /** Waits until the disk has all of a file, or the names in a folder. */
  syncFile: sync,
  syncFolder: sync,
  /** Writes a whole file and waits until the disk has it. */
  async writeLater(path: string, bytes: Uint8Array): Promise<void> {
    await using file = await open(path, 'w', 0o600);
    await file.writeFile(bytes);
    await file.sync();
  },
  syncFileLater: syncLater,
  syncFolderLater: syncLater,
  renameLater: (from: string, to: string): Promise<void> => rename(from, to),
  removeLater: (path: string): Promise<void> => rm(path, { recursive: true, force: true }),
  unlink: (path: string): void => fs.unlinkSync(path),
  unlinkLater: (path: string): Promise<void> => unlink(path),
};

function sync(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

async function syncLater(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

export type Disk = typeof systemDisk;
