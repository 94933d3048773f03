// The wire: every message between client and server, one row each. Types, validators, both
// encodings, the golden vectors and PROTOCOL.md derive from this table.

import {
  anything,
  code,
  kinds,
  request,
  room,
  rows,
  sentence,
  seq,
  shownText,
  text,
  u32,
  word,
} from './message-fields.ts';
import { type Static, type TObject, type TSchema, Type } from './schema.ts';

/** The version that `hello` must name. It grows when a message changes in a way that an older peer
 *  would misread. */
export const PROTOCOL_VERSION = 1;
/** Largest frame (or JSON line) that a server accepts, in bytes, before any row's own limit. */
export const CLIENT_FRAME_BYTES_MAX = 16_384;
/** Largest frame that a client must be ready to accept, in bytes. */
export const SERVER_FRAME_BYTES_MAX = 4_194_304;
/** Room for the longest `text` with each character escaped in JSON. */
const REFUSAL_BYTES_MAX = 8192;
/** The room that is always there and that every session is in: the lobby. */
export const LOBBY = 0;

export type Sender = 'client' | 'server';

/** One message. `tag`: the first element of its array in the binary encoding; never used again.
 *  `bytesMax`: the largest frame it may come in. `fields`: in the order of the array. */
export interface MessageRow {
  readonly tag: number;
  readonly from: Sender;
  readonly bytesMax: number;
  readonly text: string;
  readonly fields: Readonly<Record<string, TSchema>>;
}

export const messages = {
  hello: {
    tag: 1,
    from: 'client',
    bytesMax: 1024,
    text: 'Begins a session, or resumes one by its token. Must be the first message.',
    fields: {
      protocol: u32(`The version of the protocol: ${PROTOCOL_VERSION}.`),
      name: shownText(
        24,
        'The player’s name for others to see: something visible, no control or bidirectional characters.',
      ),
      token: Type.Optional(text(64, 'The token of an earlier `welcome`, to resume its session.')),
      account: Type.Optional(
        Type.String({
          minLength: 22,
          maxLength: 64,
          pattern: '^[A-Za-z0-9_-]{22,64}$',
          description:
            'The key of an earlier `account`, to begin a session as the same player. One that the server has not made is replaced by one that it makes.',
        }),
      ),
    },
  },
  join: {
    tag: 2,
    from: 'client',
    bytesMax: 256,
    text: 'Asks for a place in a room: the one with this number, or one of this game that has place (a new one where none has). Answered by `joined`, or by `error` with the same `request`.',
    fields: {
      game: Type.Optional(word('The name of a game.')),
      room: Type.Optional(room),
      request,
    },
  },
  leave: {
    tag: 3,
    from: 'client',
    bytesMax: 64,
    text: 'Gives up the place in a room. Answered by `left`.',
    fields: { room },
  },
  command: {
    tag: 4,
    from: 'client',
    bytesMax: CLIENT_FRAME_BYTES_MAX,
    text: 'An input to a room. Acknowledged by `ack` in the next `state`, or answered by `rejected`.',
    fields: {
      room,
      seq,
      name: word('The command’s name.'),
      args: Type.Optional(anything('What the command takes.')),
    },
  },
  call: {
    tag: 5,
    from: 'client',
    bytesMax: CLIENT_FRAME_BYTES_MAX,
    text: 'Like `command`, but answered by `result` with the command’s value, or by `rejected`.',
    fields: {
      room,
      seq,
      name: word('The command’s name.'),
      args: Type.Optional(anything('What the command takes.')),
    },
  },
  ping: {
    tag: 6,
    from: 'client',
    bytesMax: 64,
    text: 'Asks for a `pong`; keeps a quiet connection from being closed.',
    fields: { time: Type.Number({ description: 'Returned as it is.' }) },
  },
  quit: {
    tag: 7,
    from: 'client',
    bytesMax: 64,
    text: 'Ends the session now, instead of some time after the connection. The server closes.',
    fields: {},
  },
  welcome: {
    tag: 32,
    from: 'server',
    bytesMax: SERVER_FRAME_BYTES_MAX,
    text: 'Answers `hello`; comes again when another process of the server serves the same connection from now on. Where `resumed` is true, a `joined` and a `resumed` for each room of the session follow; a room that is not in `rooms` is no longer the session’s.',
    fields: {
      session: u32('The session’s number, which is also the player’s number in rooms.'),
      token: text(64, 'Resumes this session in a later `hello`. Keep it secret.'),
      name: text(24, 'The name as others see it.'),
      resumed: Type.Boolean({ description: 'Whether the session is the one of the token sent.' }),
      rooms: Type.Array(room, { description: 'The rooms that the session is in, but the lobby.' }),
      lobbySeq: u32('The last sequence number applied in the lobby.'),
      worker: u32('The number of the worker process that serves this connection.'),
      resumeMs: u32('How long the session outlives its connection, in milliseconds.'),
      idleMs: u32('The connection is closed after receiving nothing for so long, in milliseconds.'),
      commandsPerSecond: u32('Messages are read at this rate at most, after a short burst.'),
      inFlightMax: u32('Commands and calls beyond this many unanswered ones wait to be read.'),
      pauseMs: Type.Optional(
        u32(
          'In a `welcome` that comes again: for how long the server did not serve the connection, in ms. It begins when the process that was replaced was last known to work: before it hung, if it did (to half a second).',
        ),
      ),
    },
  },
  joined: {
    tag: 33,
    from: 'server',
    bytesMax: SERVER_FRAME_BYTES_MAX,
    text: 'The session has a place in the room. A `resumed` that says where its numbers go on, and a `state` with `reset`, follow.',
    fields: {
      room,
      game: word('The game’s name.'),
      kinds,
      avatar: u32(
        'The id of the entity that is this player’s, until an `avatar` says otherwise; 0 where there is none.',
      ),
      tickMs: u32('Milliseconds between ticks; 0 in a room that moves only when commands arrive.'),
      viewRadius: Type.Number({
        description: 'How far around the avatar entities are certain to be seen; 0: everywhere.',
      }),
      about: anything('What the game says of the room: size, rules; any value.'),
      request,
    },
  },
  state: {
    tag: 34,
    from: 'server',
    bytesMax: SERVER_FRAME_BYTES_MAX,
    text: 'What changed in what this session sees of a room. Apply `left`, then `entered`, then `changed`. An entity may enter that is already known: its fields are then replaced.',
    fields: {
      room,
      tick: u32('The room’s tick after which this is true.'),
      reset: Type.Boolean({ description: 'Forget every entity of the room first.' }),
      left: rows('left', 'Entities that are gone or out of sight.'),
      entered: rows('entered', 'Entities that came into sight, with all fields.'),
      changed: rows('changed', 'Entities in sight, with the fields that changed.'),
      ack: Type.Optional(
        u32('The last sequence number of this session applied in this room, where it has grown.'),
      ),
    },
  },
  event: {
    tag: 35,
    from: 'server',
    bytesMax: SERVER_FRAME_BYTES_MAX,
    text: 'Something happened in a room that is not a state. In the lobby: `chat {from, player, text}`; `matched {game, room}`, with the `joined` of that room; `unmatched {game, code, text}` where the match came to nothing and one waits no longer; `trade {trade, state, with, give, want, …}` to both of a trade; `storage {writable, text}` to everyone: while `writable` is false the server cannot write to its disk, so commands wait and are not lost, and a `state` shows that they go on.',
    fields: { room, name: word('The event’s name.'), data: anything('What the game says of it.') },
  },
  result: {
    tag: 36,
    from: 'server',
    bytesMax: SERVER_FRAME_BYTES_MAX,
    text: 'The value of a call.',
    fields: { room, seq, value: Type.Optional(anything('The value; absent is nil.')) },
  },
  rejected: {
    tag: 37,
    from: 'server',
    bytesMax: REFUSAL_BYTES_MAX,
    text: 'A command or call was refused and changed nothing; its sequence number is used up.',
    fields: { room, seq, code, text: sentence },
  },
  resumed: {
    tag: 38,
    from: 'server',
    bytesMax: 64,
    text: 'What was applied of this room, after a part of the server or the connection was replaced. Send again every command and call after `seq`, in order; those up to it were applied.',
    fields: { room, seq: u32('The last sequence number applied in this room.') },
  },
  left: {
    tag: 39,
    from: 'server',
    bytesMax: REFUSAL_BYTES_MAX,
    text: 'The session has no longer a place in the room: it asked to leave, or the room ended. For a room that went while the session had no connection it comes before the next `welcome`.',
    fields: { room, code, text: sentence },
  },
  error: {
    tag: 40,
    from: 'server',
    bytesMax: REFUSAL_BYTES_MAX,
    text: 'A message was refused. Where the code is fatal the server closes the connection after it.',
    fields: { code, text: sentence, request },
  },
  pong: {
    tag: 41,
    from: 'server',
    bytesMax: 64,
    text: 'Answers `ping`.',
    fields: { time: Type.Number({ description: 'As it came in `ping`.' }) },
  },
  bye: {
    tag: 42,
    from: 'server',
    bytesMax: REFUSAL_BYTES_MAX,
    text: 'The server is about to close this connection on purpose. The session can be resumed.',
    fields: {
      code,
      text: sentence,
      retryMs: u32('How long to wait before connecting again, in milliseconds.'),
    },
  },
  again: {
    tag: 43,
    from: 'server',
    bytesMax: 64,
    text: 'The process that heard your `hello` is gone, and the one that goes on does not know whose connection this is: begin again, in binary with another zero byte before it; where there was a `welcome`, with its token. What you sent meanwhile is dropped.',
    fields: {},
  },
  account: {
    tag: 44,
    from: 'server',
    bytesMax: 256,
    text: 'Follows a `welcome`: the account that the session plays on. What is in it outlives the session. It is left out where the server was started again and has not heard the key since.',
    fields: {
      key: text(64, 'Makes a later `hello` one of the same player. Keep it, and keep it secret.'),
    },
  },
  avatar: {
    tag: 45,
    from: 'server',
    bytesMax: 64,
    text: 'The player has another avatar than `joined` or an earlier `avatar` said. A `state` of the room follows at once, and the avatar is true from that `state` on.',
    fields: {
      room,
      avatar: u32('The id of the entity that is this player’s; 0 where there is none any longer.'),
    },
  },
} as const satisfies Record<string, MessageRow>;

export type MessageName = keyof typeof messages;
type Fields<K extends MessageName> = (typeof messages)[K]['fields'];

/** A message as an object: its name as `type`, and its fields. */
export type Message<K extends MessageName = MessageName> = K extends MessageName
  ? { type: K } & Static<TObject<Fields<K>>>
  : never;

type NamesFrom<S extends Sender> = {
  [K in MessageName]: (typeof messages)[K]['from'] extends S ? K : never;
}[MessageName];

export type ClientMessage = Message<NamesFrom<'client'>>;
export type ServerMessage = Message<NamesFrom<'server'>>;
