// Which process this is, and which one started it.

import { Socket } from 'node:net';
import { ProcessError } from './errors.ts';
import type { Birth, ProcessIdentity } from './messages.ts';

let birth: Birth | undefined;
let socket: Socket | undefined;
let isLoading = false;
const endings = new Set<() => Promise<void>>();
const started = new Map<string, number>();

/** Who this process is; `main` where no `Process` or `Pool` has started it. */
export function currentProcess(): ProcessIdentity {
  return { name: birth?.name ?? 'main', pid: process.pid, isDaemon: birth?.isDaemon ?? false };
}

/** Who started this process; undefined where no `Process` or `Pool` did. It may have ended since. */
export function parentProcess(): ProcessIdentity | undefined {
  return birth?.parent;
}

/** The connection that this process was started with: `new Process({ socket })`. */
export function givenSocket(): Socket | undefined {
  return socket;
}

/** Called once, by a process that was started here, before it loads what it is to run. */
export function setBirth(given: Birth, socketFd: number): void {
  birth = given;
  if (birth.hasSocket) socket = new Socket({ fd: socketFd, readable: true, writable: true });
  isLoading = true;
}

/** The first module of others is loaded: what is started from now on is meant. What starts while it
 *  is loaded would start itself again, without end. */
export function setLoaded(): void {
  isLoading = false;
}

/** @throws {ProcessError} `STARTED_WHILE_LOADING`. */
export function assertMayStart(name: string): void {
  if (isLoading) throw new ProcessError('STARTED_WHILE_LOADING', name);
}

/** Lets `run` be called when what this process was started for has come to a good end: its function
 *  has returned, or its pool needs it no more. A process that fails or is killed just ends.
 *  @returns calls it off. */
export function atGoodEnd(run: () => Promise<void>): () => void {
  endings.add(run);
  return () => endings.delete(run);
}

export async function endWell(): Promise<void> {
  await Promise.allSettled([...endings].map((run) => run()));
}

/** `Process-1` in the first process, `Process-1:1` in that one; so on for other kinds. */
export function nextName(kind: string): string {
  const number = (started.get(kind) ?? 0) + 1;
  started.set(kind, number);
  return birth ? `${birth.name}:${number}` : `${kind}-${number}`;
}
