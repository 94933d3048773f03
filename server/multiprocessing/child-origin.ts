// How a process learns that it is a child: alone, for an entry that loads no more before it knows.
import { join } from 'node:path';
import type { Config } from '../config.ts';

/** What every child is told when it is forked. */
export interface ChildOrigin {
  readonly linkPath: string;
  readonly config: Config;
}

/** The exit code of a child that cannot work now for a reason outside of it, such as a full disk: it is tried
 *  again and again, and the server does not stop for it. (EX_TEMPFAIL of sysexits.h) */
export const TRY_AGAIN = 75;

const VARIABLE = 'HOLDFAST_CHILD';

/** The environment that makes a process a child. The engine keeps what it has compiled in the data
 *  directory, or where the operator wants it, for the processes that come after. */
export function childEnvironment(origin: ChildOrigin): Record<string, string> {
  const compiled = process.env.NODE_COMPILE_CACHE || join(origin.config.data, 'compiled');
  return { [VARIABLE]: JSON.stringify(origin), NODE_COMPILE_CACHE: compiled };
}

/** Whose child this process is; undefined in a primary. */
export function childOrigin(): ChildOrigin | undefined {
  const text = process.env[VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as ChildOrigin);
}
