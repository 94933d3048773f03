// What a process runs: an exported function of a module, by name.
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProcessError } from './errors.ts';
import type { TargetAddress } from './messages.ts';

/** A function that another process can find: functions themselves do not cross processes. */
export interface Target<Args extends readonly unknown[], Result> {
  /** `new URL('./module.ts', import.meta.url)`, or the absolute path or URL of a module. */
  readonly module: URL | string;
  /** The name under which the module exports the function; `default` is one too. */
  readonly name: string;
  /** For types only. */
  readonly call?: (...args: Args) => Result;
}

/** A target with the types of its function.
 *  @param module where `run` is exported: `import.meta.url` for the module at hand, of which no
 *  more than functions and constants may be outside of `if (import.meta.main)`: it is loaded into
 *  the other process as well.
 *  @param run exported under its own name.
 *  @throws {ProcessError} `TARGET_NOT_FOUND` for a function without a name. */
export function target<Args extends readonly unknown[], Result>(
  module: URL | string,
  run: (...args: Args) => Result,
): Target<Args, Result> {
  if (run.name === '') throw new ProcessError('TARGET_NOT_FOUND', 'a function without a name');
  return { module, name: run.name };
}

/** As it crosses processes.
 *  @throws {ProcessError} `TARGET_NOT_FOUND` for a path that says something else elsewhere. */
export function addressOf({
  module,
  name,
}: Pick<Target<never, unknown>, 'module' | 'name'>): TargetAddress {
  if (module instanceof URL) return { module: module.href, name };
  if (isAbsolute(module)) return { module: pathToFileURL(module).href, name };
  if (!URL.canParse(module)) throw new ProcessError('TARGET_NOT_FOUND', `${name} of ${module}`);
  return { module, name };
}

export type AnyFunction = (...args: readonly unknown[]) => unknown;

/** Loads it in this process.
 *  @throws what the module throws, and {ProcessError} `TARGET_NOT_FOUND`. */
export async function loadTarget(module: string, name: string): Promise<AnyFunction> {
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported === 'function') return exported as AnyFunction;
  throw new ProcessError('TARGET_NOT_FOUND', `${name} of ${module}`);
}
