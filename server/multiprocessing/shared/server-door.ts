// How the group of a game server is found: by the server's data directory.
import { resolve } from 'node:path';
import { GroupError } from '../errors.ts';
import { type GroupDoor, KEY_VARIABLE, PATH_VARIABLE } from './dial.ts';
import { groupFileOf, readGroupFile } from './group-file.ts';

/** A server that starts again is waited for until this time is over, in milliseconds. */
const REJOIN_MS = 60_000;

/** What processes need in their environment to find it. There is no key in it: the file has that. */
export function serverEnvironment(data: string): Record<string, string> {
  return { [PATH_VARIABLE]: resolve(data), [KEY_VARIABLE]: '' };
}

/** @param joinMs how long the first connection is tried for. */
export function serverDoor(data: string, joinMs: number): GroupDoor {
  const folder = resolve(data);
  return {
    name: groupFileOf(folder),
    joinMs,
    rejoinMs: REJOIN_MS,
    find() {
      const address = readGroupFile(folder);
      if (address) return address;
      throw noServer(folder);
    },
  };
}

/** @param cause why its coordinator cannot be reached, where it had one. */
export function noServer(data: string, cause?: unknown): GroupError {
  const advice = 'no server serves one from this data directory: start one with it (--data)';
  return new GroupError('NO_GROUP', groupFileOf(resolve(data)), cause, advice);
}
