// Where in a game's own files an error was thrown.
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('..', import.meta.url));
const PROTOCOL = fileURLToPath(new URL('../../protocol/', import.meta.url));
/** What authors import; the rest of this folder is games. */
const API = /[/\\]games[/\\](game|refusal|hidden)\.[jt]s$/;
const STACK_MAX = 20_000;
const CAUSES_MAX = 3;
const FRAME = /^\s+at (?:.*[( ])?((?:file:\/\/)?\/.*):(\d+):\d+\)?$/;

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** @returns the innermost place of the error's stack in a file that is neither the server's nor Node's. A copy of
 *  the code has the paths of the author's own files. */
export function authorPlace(error: unknown): Place | undefined {
  return placeInStack(authorError(error));
}

/** @returns the error itself, or the cause of it that was thrown in a game: a pool wraps what a task throws. */
export function authorError(error: unknown): unknown {
  for (let i = 0, at = error; at != null && i < CAUSES_MAX; i++, at = causeOf(at)) {
    if (placeInStack(at)) return at;
  }
  return error;
}

function placeInStack(error: unknown): Place | undefined {
  for (const line of stackOf(error).split('\n')) {
    const [, at, number] = FRAME.exec(line) ?? [];
    if (at === undefined) continue;
    const file = pathOf(at);
    if (file !== undefined && !isOwn(file)) return { file, line: Number(number) };
  }
  return undefined;
}

/** As `path:line`; '' where the error has no place in a game. */
export function placeText(error: unknown): string {
  const place = authorPlace(error);
  return place ? `${place.file}:${place.line}` : '';
}

function stackOf(error: unknown): string {
  try {
    const { stack } = error as Error;
    return typeof stack === 'string' ? stack.slice(0, STACK_MAX) : '';
  } catch {
    return '';
  }
}

function causeOf(error: unknown): unknown {
  try {
    return (error as Error).cause;
  } catch {
    return undefined;
  }
}

/** Of a URL, or a path; a development server adds a query to them. */
export function pathOf(at: string): string | undefined {
  try {
    return at.startsWith('file:')
      ? fileURLToPath(at.replace(/\?.*$/, ''))
      : at.replace(/\?.*$/, '');
  } catch {
    return undefined;
  }
}

function isOwn(file: string): boolean {
  if (/[/\\]node_modules[/\\]/.test(file) || file.startsWith(PROTOCOL)) return true;
  return file.startsWith(SERVER) && (!file.startsWith(`${SERVER}games`) || API.test(file));
}
