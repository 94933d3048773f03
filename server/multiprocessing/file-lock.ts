// A lock that a process has until it ends, however it ends: the system takes it away then.
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

/** Node itself has no locks of files; SQLite has, on every system. */
const SQLITE_BUSY = 5;
const RETRY_MS = 5;
/** Of a file that only its owner can read and write. */
const PRIVATE = 0o600;

/** A lock that nobody refers to would be collected, and free then. */
const held = new Set<FileLock>();

export class FileLock {
  private readonly path: string;
  private readonly database: DatabaseSync;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.database = database;
    held.add(this);
  }

  /** @param path makes `<path>.lock`, which stays, and `<path>.pid`, which says who has it.
   *  @returns undefined while another has it.
   *  Throws what the system says of a file that cannot be made. */
  static take(path: string): FileLock | undefined {
    // Any user who can read the file can hold a lock on it that keeps all others out.
    closeSync(openSync(`${path}.lock`, 'a', PRIVATE));
    const database = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    try {
      // Nothing is written into it: no other file beside it is needed.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
    try {
      writeFileSync(`${path}.pid`, String(process.pid), { mode: PRIVATE });
    } catch {
      // On a full disk the lock holds as well; only nobody is told who has it.
    }
    return new FileLock(path, database);
  }

  /** The same, and waits for it.
   *  @returns undefined when another still has it after `ms`. */
  static async wait(path: string, ms: number): Promise<FileLock | undefined> {
    const from = performance.now();
    for (;;) {
      const lock = FileLock.take(path);
      if (lock || performance.now() - from >= ms) return lock;
      await setTimeout(RETRY_MS);
    }
  }

  /** @returns the process that took the lock last, as far as is known. */
  static holder(path: string): number | undefined {
    try {
      return Number(readFileSync(`${path}.pid`, 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  }

  /** Idempotent. */
  release(): void {
    if (!held.delete(this)) return;
    rmSync(`${this.path}.pid`, { force: true });
    this.database.close();
  }
}
