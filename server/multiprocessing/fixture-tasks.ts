// Functions that processes of tests run and that behave.
import { writeFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { currentProcess, type ProcessIdentity, parentProcess } from './toolkit.ts';

let prepared = 'not prepared';

export const add = (a: number, b: number): number => a + b;
export const square = (x: number): number => x * x;
export const pid = (): number => process.pid;
export const inspectorUrl = (): string => inspector.url() ?? 'none';
export const echo = (value: unknown): unknown => value;
export const getPrepared = (): string => prepared;

export function prepare(as: string): void {
  prepared = as;
}

export async function echoSoon(value: unknown): Promise<unknown> {
  for (let count = 0; count < 10; count++) await undefined;
  return value;
}

export async function echoLater(ms: number): Promise<number> {
  await setTimeout(ms);
  return ms;
}

export async function squareLater(x: number, ms: number): Promise<number> {
  await setTimeout(ms);
  return x * x;
}

export function identities(): [ProcessIdentity, ProcessIdentity | undefined] {
  return [currentProcess(), parentProcess()];
}

/** Never done, with an event loop that turns. */
export function forever(): Promise<never> {
  return new Promise(() => {});
}

/** Writes its id into a file of its name, and never ends. */
export function announce(folder: string): Promise<never> {
  writeFileSync(join(folder, currentProcess().name), String(process.pid));
  return forever();
}

/** As many tasks of one process as are in it at the same time. */
let inside = 0;
export async function together(): Promise<number> {
  inside++;
  await setTimeout(50);
  return inside;
}

export function zeros(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

export function makeFunction(): () => void {
  return () => {};
}
