// What can go wrong with files: one code each, with a sentence that says what to do.

/** Every code of a `StoreError`, and what to do about it. */
export const storeErrors = {
  NEWER_FORMAT: 'it was written by a newer version: start that version, or one that is newer still',
  OLDER_FORMAT: 'it can no longer be read: start the version that wrote it, or move it away',
  CORRUPT: 'its bytes are damaged: restore it from a backup, or move it away to go on without it',
  DISK_FULL: 'the disk is full: free some space',
  NOT_WRITABLE: 'this user may not write there: correct the owner or the permissions',
  NOT_READABLE: 'it cannot be read: correct the owner or the permissions',
  MISSING: 'it is not there',
  LOCKED:
    'another program, such as an SQL tool or a backup, has it locked: let that program end its transaction ' +
    'or close the file (`fuser` with the name of the file says which programs have it open)',
  IO: 'the disk failed: look into the system’s log',
} as const;

export type StoreErrorCode = keyof typeof storeErrors;

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** The file or folder that it is about. */
  readonly path: string;

  /** @param detail what was found, where that says more than the code. */
  constructor(code: StoreErrorCode, path: string, detail?: string, cause?: unknown) {
    super(`${path}: ${detail ? `${detail}: ` : ''}${storeErrors[code]}`, { cause });
    this.code = code;
    this.path = path;
  }

  /** What the system has said about reading or writing `path`; an error of the store stays itself. */
  static of(path: string, error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    const { errcode } = error as { errcode?: number };
    if (errcode !== undefined) return new StoreError(codeOfSqlite(errcode), path, message, error);
    const reads = syscall === 'read' || syscall === 'scandir';
    return new StoreError(codeOf(code, reads), path, message, error);
  }
}

/** Whether another program has the file at the moment: the same call may succeed later. */
export function isLocked(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'LOCKED';
}

function codeOf(system: string | undefined, reads: boolean): StoreErrorCode {
  switch (system) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'DISK_FULL';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return reads ? 'NOT_READABLE' : 'NOT_WRITABLE';
    case 'ENOENT':
      return 'MISSING';
    default:
      return 'IO';
  }
}

/** @param errcode SQLite's; the lowest byte says which kind of error it is. */
function codeOfSqlite(errcode: number): StoreErrorCode {
  switch (errcode & 0xff) {
    case 5:
    case 6:
    case 15:
      return 'LOCKED';
    case 13:
      return 'DISK_FULL';
    case 8:
    case 14:
      return 'NOT_WRITABLE';
    case 11:
    case 26:
      return 'CORRUPT';
    default:
      return 'IO';
  }
}
