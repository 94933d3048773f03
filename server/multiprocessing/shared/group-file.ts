// The file in a server's data directory that says where its group is, and what opens it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../../store/index.ts';
import { AuthenticationError, GroupError } from '../errors.ts';
import type { GroupAddress } from './dial.ts';
import { KEY_BYTES } from './wire.ts';

const FORMAT = 1;

interface Written {
  readonly format: number;
  /** Of the socket. */
  readonly path: string;
  /** In hexadecimal digits. */
  readonly key: string;
}

export const groupFileOf = (data: string): string => join(data, 'group.json');

/** @returns undefined where there is none.
 *  @throws {GroupError} `NO_GROUP` where it says nothing that this version understands.
 *  @throws {AuthenticationError} when it is another user's. */
export function readGroupFile(data: string): GroupAddress | undefined {
  const file = groupFileOf(data);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw new AuthenticationError(file, error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new GroupError('NO_GROUP', file, error, 'the file cannot be read');
  }
  const { format, path, key } = parsed(text);
  if (typeof format === 'number' && format > FORMAT) {
    throw new GroupError('NO_GROUP', file, undefined, 'the file is of a newer version: use that');
  }
  const bytes = Buffer.from(String(key), 'hex');
  if (format !== FORMAT || typeof path !== 'string' || bytes.length !== KEY_BYTES) {
    const advice = 'the file is damaged: restore it, or remove it for another key';
    throw new GroupError('NO_GROUP', file, undefined, advice);
  }
  return { path, key: bytes };
}

/** Replaces it wholly, or not at all. Only this user can read it.
 *  @throws what the system says. */
export async function writeGroupFile(disk: Disk, data: string, address: GroupAddress) {
  const file = groupFileOf(data);
  const { path, key } = address;
  const written: Written = { format: FORMAT, path, key: key.toString('hex') };
  const temporary = `${file}.tmp`;
  await disk.writeLater(temporary, Buffer.from(`${JSON.stringify(written)}\n`));
  await disk.renameLater(temporary, file);
}

function parsed(text: string): Partial<Record<keyof Written, unknown>> {
  try {
    return Object(JSON.parse(text)) as Partial<Written>;
  } catch {
    return {};
  }
}
