// Every error code of the wire in one table: what it means, and whether the connection ends with it.

/** What a row of the table says of a code. `fatal`: the server closes the connection after sending
 *  it. `text`: a sentence for people that says what happened and what to do. */
export interface ErrorRow {
  readonly fatal: boolean;
  readonly text: string;
}

export const errorTable = {
  NOT_HOLDFAST: {
    fatal: true,
    text: 'This port speaks the Holdfast game protocol: begin with a zero byte for binary frames, or with { for JSON lines.',
  },
  TLS_NOT_CONFIGURED: {
    fatal: true,
    text: 'This port has no TLS certificate configured: connect without TLS.',
  },
  BAD_FRAME: { fatal: true, text: 'A frame could not be decoded.' },
  FRAME_TOO_LARGE: { fatal: true, text: 'A frame is larger than its limit.' },
  UNKNOWN_MESSAGE: { fatal: true, text: 'There is no message of this type for this direction.' },
  BAD_MESSAGE: { fatal: true, text: 'A message does not have the shape that its type asks for.' },
  HELLO_FIRST: { fatal: true, text: 'The first message of a connection must be hello.' },
  HELLO_TWICE: { fatal: true, text: 'hello may be sent only once on a connection.' },
  PROTOCOL_VERSION: { fatal: true, text: 'The server speaks another version of the protocol.' },
  HANDSHAKE_TIMEOUT: { fatal: true, text: 'No complete hello arrived in time.' },
  IDLE_TIMEOUT: {
    fatal: true,
    text: 'Nothing was received for too long: send ping from time to time.',
  },
  TOO_SLOW: {
    fatal: true,
    text: 'The client reads too slowly: too many bytes wait to be sent to it.',
  },
  THROTTLED: {
    fatal: false,
    text: 'Messages arrive faster than the limit: the server now reads them at the limit. None is lost.',
  },
  SERVER_FULL: { fatal: true, text: 'The server has no place for another connection: try later.' },
  ADDRESS_LIMIT: {
    fatal: true,
    text: 'Too many connections or new sessions come from this address: close some, or connect again later.',
  },
  SERVER_STOPPING: { fatal: true, text: 'The server is stopping: connect again later.' },
  SERVER_UNAVAILABLE: {
    fatal: true,
    text: 'A part of the server has been replaced: connect again now.',
  },
  SESSION_NOT_STORED: {
    fatal: true,
    text: 'The session was not begun, as the server could not write it down: connect again later.',
  },
  SESSION_REPLACED: { fatal: true, text: 'This session was resumed on another connection.' },
  UNKNOWN_GAME: { fatal: false, text: 'The server has no game of this name.' },
  UNKNOWN_ROOM: { fatal: false, text: 'There is no room with this number.' },
  ROOM_FULL: { fatal: false, text: 'The room has no place for another player.' },
  MATCH_ONLY: {
    fatal: false,
    text: 'Rooms of this game are opened by matchmaking: ask the lobby for a match.',
  },
  NO_MATCHES: { fatal: false, text: 'This game has no matchmaking: join it instead.' },
  ALREADY_WAITING: { fatal: false, text: 'This session waits for a match of this game already.' },
  NOT_WAITING: { fatal: false, text: 'This session does not wait for a match of this game.' },
  UNKNOWN_PARTY: {
    fatal: false,
    text: 'The server has made no such party: one of you asks the lobby for a `party`, and gives its secret to the others.',
  },
  PARTY_SIZE: {
    fatal: false,
    text: 'The party is larger than a match, or its others gave another size.',
  },
  PARTY_FULL: { fatal: false, text: 'Everyone of this party is there: ask for another party.' },
  ROOMS_LIMIT: { fatal: false, text: 'The server can open no further room now.' },
  ROOM_QUOTA: {
    fatal: false,
    text: 'The account or its address has as many rooms open as it may: use one of these, or try again when one has ended.',
  },
  PLACE_QUOTA: {
    fatal: false,
    text: 'The players of this address are in as many rooms as they may be: leave one.',
  },
  ROOM_NOT_STORED: {
    fatal: false,
    text: 'The room was not opened, as the server could not write it down: try again later.',
  },
  ROOM_STALLED: {
    fatal: false,
    text: 'The room stands still, as the server cannot write it down: try again later.',
  },
  JOINED_LIMIT: { fatal: false, text: 'This session is in as many rooms as it may be: leave one.' },
  NOT_IN_ROOM: { fatal: false, text: 'This session is not in that room: join it first.' },
  ROOM_ENDED: { fatal: false, text: 'The room has ended.' },
  ROOM_LOST: {
    fatal: false,
    text: 'The room could not be read after a fault of the server, and has ended. This was recorded.',
  },
  ROOM_CLOSED: {
    fatal: false,
    text: 'The room is closed for now: the server does not run a version of the game that fits it.',
  },
  UNKNOWN_COMMAND: { fatal: false, text: 'The room has no command of this name.' },
  BAD_ARGUMENTS: { fatal: false, text: 'The arguments are not what the command asks for.' },
  TOO_SOON: { fatal: false, text: 'This was done too recently: wait a moment and try again.' },
  RESULT_EXPIRED: {
    fatal: false,
    text: 'The call was applied, but so long ago that its result is no longer kept.',
  },
  LEFT: { fatal: false, text: 'The session has left the room.' },
  UNKNOWN_PLAYER: { fatal: false, text: 'No player who is here has this number or name.' },
  BOT_PLAYER: { fatal: false, text: 'This player is a bot. Bots own nothing and do not trade.' },
  AMBIGUOUS_NAME: {
    fatal: false,
    text: 'Several players have this name: give the number of one.',
  },
  NOT_ENOUGH: { fatal: false, text: 'An account does not hold what it is to give.' },
  TRADE_SELF: { fatal: false, text: 'A player cannot trade with himself: name another one.' },
  TRADE_EMPTY: { fatal: false, text: 'One of the two must give something.' },
  TRADE_OPEN: {
    fatal: false,
    text: 'There is a trade between the two already: answer or cancel that first.',
  },
  TRADES_LIMIT: {
    fatal: false,
    text: 'One of the two is in as many trades as may be: wait until one has ended.',
  },
  UNKNOWN_TRADE: {
    fatal: false,
    text: 'This session has no trade of this number: ask for its trades.',
  },
  TRADE_CHANGED: {
    fatal: false,
    text: 'The offer has another version by now: look at it and confirm that.',
  },
  TRADE_CONFIRMED: { fatal: false, text: 'Both have confirmed: the trade is being made.' },
  TRADE_CANCELLED: {
    fatal: false,
    text: 'Nothing was swapped: one of the two has cancelled the trade.',
  },
  TRADE_EXPIRED: {
    fatal: false,
    text: 'Nothing was swapped: the trade waited too long for an answer.',
  },
  PLAYER_GONE: { fatal: false, text: 'Nothing was swapped: one of the two has gone.' },
  TRADE_LOST: {
    fatal: false,
    text: 'Nothing was swapped: a part of the server was replaced before the trade was made.',
  },
  TRADES_UNAVAILABLE: {
    fatal: false,
    text: 'Nothing was swapped: trades cannot be written down at the moment. Try again later.',
  },
  ACCOUNTS_UNAVAILABLE: {
    fatal: false,
    text: 'Nothing was changed: the accounts cannot be read or written at the moment. Try again later.',
  },
  LOBBY_ERROR: {
    fatal: false,
    text: 'Parts of the server have ended while they ran this command of the lobby: it is refused and was recorded.',
  },
  GAME_ERROR: {
    fatal: false,
    text: 'The game failed on this request: it was refused, and the failure was recorded.',
  },
  INTERNAL: { fatal: true, text: 'The server failed on this connection; this was recorded.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** An error that has a code of the wire. `message` is the table's sentence and, after a colon, what
 *  in particular was wrong. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string) {
    super(sentence(code, detail));
    this.code = code;
  }

  get fatal(): boolean {
    return errorTable[this.code].fatal;
  }
}

/** A detail may repeat what a peer sent; the whole must fit into the `text` of a message. */
const DETAIL_CHARACTERS_MAX = 300;

/** The table's sentence for `code`, and `detail` after it, cut where it is long. */
export function sentence(code: ErrorCode, detail?: string): string {
  const { text } = errorTable[code];
  return detail ? `${text.replace(/\.$/, '')}: ${cut(detail)}` : text;
}

function cut(detail: string): string {
  if (detail.length <= DETAIL_CHARACTERS_MAX) return detail;
  return `${detail.slice(0, DETAIL_CHARACTERS_MAX - 1)}…`;
}
