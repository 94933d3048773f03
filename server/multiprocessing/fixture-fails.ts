// Functions that end in an error of their own or with their process.
import { appendFileSync, statSync } from 'node:fs';

export function throwTypeError(): never {
  const cause = Object.assign(new RangeError('the reason'), { code: 'E_REASON' });
  throw new TypeError('not like this', { cause });
}

export async function rejectWithText(): Promise<never> {
  throw 'only text';
}

export function exit(code: number): never {
  process.exit(code);
}

export function throwLater(): Promise<never> {
  setTimeout(() => {
    throw new Error('from a timer');
  });
  return new Promise(() => {});
}

export function killItself(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Kills its process each time but the last. @returns how often it has begun, which `file` counts. */
export function beginTimes(file: string, times: number): number {
  appendFileSync(file, '.');
  const begun = statSync(file).size;
  if (begun < times) process.kill(process.pid, 'SIGKILL');
  return begun;
}

/** Never done; `file` counts how often it has begun. */
export function beginForever(file: string): Promise<never> {
  appendFileSync(file, '.');
  return new Promise(() => {});
}

export function throwAt3(x: number): number {
  if (x === 3) throw new RangeError(`${x} is bad`);
  return x;
}

class Found {
  readonly path = '/';
}

export function giveInstance(): { found: Found[] } {
  return { found: [new Found()] };
}
