// How a process learns that it is a child: alone, for an entry that loads no more before it knows.
import type { Config } from '../config.ts';

/** What every child is told when it is forked. */
export interface ChildOrigin {
  readonly linkPath: string;
  readonly config: Config;
}

const VARIABLE = 'HOLDFAST_CHILD';

/** The environment that makes a process a child. */
export function childEnvironment(origin: ChildOrigin): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(origin) };
}

/** Whose child this process is; undefined in a primary. */
export function childOrigin(): ChildOrigin | undefined {
  const text = process.env[VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as ChildOrigin);
}
