// Every error of the client library in one table, and after which of them it connects again.
import { type ErrorCode, errorTable } from '../protocol/index.ts';

/** What the library itself reports: a code for programs, a sentence for people. */
export const clientErrorTable = {
  UNREACHABLE: 'No server can be reached at this address.',
  CONNECT_TIMEOUT: 'The server did not answer hello in time.',
  CONNECTION_LOST: 'The connection ended.',
  SERVER_SILENT: 'Nothing was received for too long, not even the answer to a ping.',
  NOT_HOLDFAST: 'What answers at this address does not speak the Holdfast game protocol.',
  BAD_STATE: 'A state does not fit the entity kinds of its room.',
  SESSION_LOST: 'The server no longer has the session: it is not known whether this was applied.',
  NOT_IN_ROOM: 'This session is not in the room, or is leaving it.',
  OUTBOX_FULL: 'Too many commands and calls of this room are not acknowledged.',
  BAD_COMMAND: 'The command cannot be sent.',
  GIVEN_UP:
    'The server failed each time after it had been asked for this, so it is not asked again: whether it was applied is not known.',
  ABORTED: 'The signal was aborted.',
  CLOSED: 'The client is closed.',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof clientErrorTable;

/** Something that the library found out or refused by itself. `message` is the table's sentence
 *  and, after a colon, what in particular; `cause` the error below, where there is one. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, detail?: string, cause?: unknown) {
    const text = clientErrorTable[code];
    super(
      detail ? `${text.replace(/\.$/, '')}: ${detail}` : text,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
  }
}

/** The server refused something, with an `error` or a `bye`. `code` is one of the protocol's table,
 *  or one that a newer server has; `message` is the server's sentence. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** A command or call was refused by its room and changed nothing. `code` is the game's or the
 *  protocol's; `message` a sentence. With the code `GIVEN_UP` it was given up by this library: whether it
 *  was applied is not known. */
export class RejectedError extends Error {
  override readonly name = 'RejectedError';
  readonly code: string;
  readonly room: number;
  readonly seq: number;

  constructor(code: string, text: string, room: number, seq: number) {
    super(text);
    this.code = code;
    this.room = room;
    this.seq = seq;
  }
}

/** Number of server failures after which a request that was pending at each of them is given up: otherwise one
 *  command that the server cannot survive would be sent again without end. A replacement of a process
 *  is one as well, so it is more than may come together in an unlucky moment. */
export const FAILURES_MAX = 6;

type FatalCode = {
  [K in ErrorCode]: (typeof errorTable)[K]['fatal'] extends true ? K : never;
}[ErrorCode];
type LinkErrorCode =
  | 'UNREACHABLE'
  | 'CONNECT_TIMEOUT'
  | 'CONNECTION_LOST'
  | 'SERVER_SILENT'
  | 'NOT_HOLDFAST'
  | 'BAD_STATE';

/** What the client does when a connection has ended with this: connect again, or end. To end is
 *  right where another try would end the same way, or would take the session from its new owner. */
const afterError = {
  UNREACHABLE: 'retry',
  CONNECT_TIMEOUT: 'retry',
  CONNECTION_LOST: 'retry',
  SERVER_SILENT: 'retry',
  BAD_STATE: 'retry',
  SERVER_FULL: 'retry',
  SERVER_STOPPING: 'retry',
  SERVER_UNAVAILABLE: 'retry',
  SESSION_NOT_STORED: 'retry',
  ADDRESS_LIMIT: 'retry',
  IDLE_TIMEOUT: 'retry',
  HANDSHAKE_TIMEOUT: 'retry',
  TOO_SLOW: 'retry',
  INTERNAL: 'retry',
  SESSION_REPLACED: 'end',
  PROTOCOL_VERSION: 'end',
  NOT_HOLDFAST: 'end',
  TLS_NOT_CONFIGURED: 'end',
  BAD_FRAME: 'end',
  BAD_MESSAGE: 'end',
  FRAME_TOO_LARGE: 'end',
  UNKNOWN_MESSAGE: 'end',
  HELLO_FIRST: 'end',
  HELLO_TWICE: 'end',
} as const satisfies Record<FatalCode | LinkErrorCode, 'retry' | 'end'>;

/** Whether the client connects again after `error`. */
export function isRetried(error: ClientError | ServerError): boolean {
  return (afterError as Record<string, 'retry' | 'end'>)[error.code] !== 'end';
}

/** Whether the server closes the connection after an `error` with this code. */
export function isFatal(code: string): boolean {
  return (errorTable as Record<string, { fatal: boolean }>)[code]?.fatal === true;
}
