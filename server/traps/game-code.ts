// Whether game code of a room runs in this process, and the forbidden call that it has made.
import { basename } from 'node:path';
import { suspect, suspectField } from '../coordinator/index.ts';

/** A room called what is no input of it. The message says what to use instead. */
export class ForbiddenCallError extends Error {
  override readonly name = 'ForbiddenCallError';
  readonly code = 'NOT_DETERMINISTIC';
}

/** A function of a game that the server calls. */
export interface Hook {
  /** Such as `tick` or `the command walk`. */
  readonly name: string;
  /** Steps change the room, and make no forbidden call. A look, such as `about`, does neither. Bots change
   *  nothing, and may call anything: the commands that they send are journaled. */
  readonly kind: 'step' | 'look' | 'bots';
  /** The output on the console is dropped: the live room has written it. */
  readonly isMuted: boolean;
}

let running: Hook | undefined;
/** The step of the guard in which `running` was set: code that a guard stops runs no `finally`. */
let stepOfHook = 0;
/** The first forbidden call of the hook that runs: it counts also where the game has caught the error. */
let violation: ForbiddenCallError | undefined;
/** Their failures are the hook's: without a handler a rejection would end the process. */
let promises: Promise<unknown>[] = [];

/** @returns the hook of a game that runs now. */
export function runningHook(): Hook | undefined {
  return running && suspect[suspectField.step] === stepOfHook ? running : undefined;
}

/** @returns the hook that runs now, unless it may call anything. */
export function boundHook(): Hook | undefined {
  const hook = runningHook();
  return hook?.kind === 'bots' ? undefined : hook;
}

/** Runs a hook of a game.
 *  @throws {ForbiddenCallError} where the hook has made a forbidden call, and what `run` throws. */
export function runHook<T>(hook: Hook, run: () => T): T {
  if (runningHook()) return run();
  running = hook;
  stepOfHook = suspect[suspectField.step]!;
  violation = undefined;
  promises = [];
  let result: T | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    result = run();
  } catch (error) {
    failure = { error };
  }
  running = undefined;
  for (const promise of promises) promise.catch(() => {});
  // In the place of any other error, which may be a consequence.
  if (violation) throw violation as ForbiddenCallError;
  if (failure) throw failure.error;
  return result as T;
}

/** Runs `run`, which a hook has called, as code of the server: nothing is forbidden in it. */
export function runAsServer<T>(run: () => T): T {
  const hook = running;
  running = undefined;
  try {
    return run();
  } finally {
    running = hook;
  }
}

/** Ends the hook that runs, unless the call comes from inside of Node.
 *  @param call such as `Date.now()`.
 *  @param use the end of the sentence.
 *  @param trap the function of the server that stands in the place of the called one. */
// biome-ignore lint/complexity/noBannedTypes: any function can stand there
export function forbid(call: string, use: string, trap: Function): void {
  const error = forbidden(call, use, trap);
  if (error) throw error;
}

/** A promise was made. Nothing can be thrown there: the hook fails when it ends. */
export function notePromise(promise: Promise<unknown>): void {
  if (!boundHook()) return;
  promises.push(promise);
  forbidden('a promise', PROMISE, notePromise);
}

const PROMISE =
  'a step of a room ends when the hook returns, and the rest of an async function would run outside of every ' +
  'step: do the work before the room begins, in prepare, or outside of the server, in a script whose commands ' +
  'bring the result';

// biome-ignore lint/complexity/noBannedTypes: as above
function forbidden(call: string, use: string, trap: Function): ForbiddenCallError | undefined {
  const hook = boundHook();
  if (!hook) return undefined;
  return runAsServer(() => {
    const frames = framesAbove(trap);
    // Node's own code uses its functions freely, as when it prints an error.
    if (/^ *at .*\bnode:/.test(frames[0] ?? '')) return undefined;
    const site = siteOf(frames);
    const error = new ForbiddenCallError(`${site}${call} in ${hook.name}: ${use}`);
    Error.captureStackTrace(error, trap);
    violation ??= error;
    return error;
  });
}

// biome-ignore lint/complexity/noBannedTypes: as above
function framesAbove(trap: Function): string[] {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, trap);
  const frames = String(holder.stack).split('\n').slice(1);
  // Node tells of a promise by these, where more than one listens.
  return frames.filter((frame) => !/node:internal\/(promise|async)_hooks/.test(frame));
}

/** The file and line of the author's code. */
function siteOf(frames: readonly string[]): string {
  for (const frame of frames) {
    const [, file, line] =
      /\(?(?:file:\/\/)?(\/[^()?]+)(?:\?[^()]*)?:(\d+):\d+\)?$/.exec(frame) ?? [];
    if (file) return `${basename(file)}:${line}: `;
  }
  return '';
}
