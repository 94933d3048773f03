// The chapters of PROTOCOL.md on who says what and when: sessions, rooms, commands, limits, errors.
import { sessionExample } from './document-examples.ts';
import { errorCodeTable, limitTable } from './document-tables.ts';
import { examples } from './golden/examples.ts';
import { GOLDEN_FOLDER } from './golden.ts';
import { PROTOCOL_VERSION } from './messages.ts';

export function sessionsChapter(): string {
  return `## Sessions

The first message is \`hello\`, and it is sent once. \`welcome\` answers it; send nothing else before.
A **session** is a player: it has a number, a name, a place in rooms, and sequence numbers. It
outlives its connection by \`resumeMs\`, and whoever shows its \`token\` gets it back.

- \`hello\` without \`token\`: a new session.
- \`hello\` with the token of a session that still lives: \`welcome\` has \`resumed\` true, and for
  each room in \`rooms\` a \`joined\` and a \`resumed\` follow. A \`left\` comes before that \`welcome\`
  for each room that went while the session had no connection, with the reason. The session has one connection, the one
  that was opened last; another is closed with \`SESSION_REPLACED\`.
- \`hello\` with any other token: a new session, \`resumed\` is false. All that belonged to the old one
  is gone, also what was not acknowledged.

An **account** outlives sessions: what a player has put into the bank is there tomorrow. After a
\`welcome\` an \`account\` says its key. A client that keeps the key and shows it in \`hello\` is the
same player again; without one, a new account is made. The server makes the keys: where \`hello\` has
one of another origin, \`account\` says which one to use instead. The server writes no key down; after
a start of the whole server a \`welcome\` has an \`account\` only where the \`hello\` had the key. An account belongs to one session: a \`hello\`
with its key ends the session that had it, and that one’s connection is closed with
\`SESSION_REPLACED\`. A token counts before an account.

Keep the token of the newest \`welcome\`, in secret. \`quit\` ends the session at once; a connection
that just closes leaves it for \`resumeMs\`. Before the server closes on purpose, it sends \`bye\`:
connect again after \`retryMs\`, and a random time up to half of it more, and resume. While nothing
answers, ask again after 0.1 to 0.9 s each time: a restart takes a few seconds, and all clients come back.

A process of the server that dies is replaced, and **the connection stays**. It may also be given to
another process that has fewer. The next one goes on with a delimiter (a zero byte, or a line feed:
what came before it may be half a frame and is to be dropped), and then says \`welcome\` again, with
\`pauseMs\`, and all that follows a \`welcome\`. Its \`resumed\` is false where the session was lost
with the process. A connection of which that process does not know the session is asked for \`hello\`
with \`again\`; it may have had a \`welcome\`.`;
}

export function roomsChapter(): string {
  return `## Rooms

Room 0, the **lobby**, is always there and every session is in it; it is neither joined nor left.
[LOBBY.md](../docs/LOBBY.md) lists its commands.
\`join\` asks for a place in another room: by number, or by the name of a game. \`joined\` or \`error\`
answers it and repeats its \`request\`. \`left\` says that the place is gone, because of \`leave\` or
because the room ended. A room that was left may come back with a later \`welcome\`, where a process
died before it had written that down: leave it again.

Rooms of some games are opened by matchmaking only; \`join\` refuses these with \`MATCH_ONLY\`. Call
\`match {game}\` in the lobby, or \`match {game, party, size}\` for \`size\` sessions that are to play
together: one of them calls \`party\`, and gives the secret \`party\` of its answer to the others. A
party of another origin, as a name that players agree on, is refused with \`UNKNOWN_PARTY\`, since
anyone could guess it. Its answer says that the session waits. Later comes the event
\`matched {game, room}\`, and a \`joined\` without a \`request\`. A session waits on through lost
connections, until it ends or calls \`unmatch {game}\`; while it has no connection it is passed over.
Where \`unmatch\` is refused with \`NOT_WAITING\`, the match was made before: its \`joined\` has come by
then. Ask for another match of the game only when \`unmatch\` is answered, to know which one comes.
The event \`unmatched {game, code, text}\` says that the match came to nothing for this session: the game failed, or
gave it or one of its party no place; others of the match wait on. It may be lost with a connection: after a \`welcome\` of a resumed session, \`place\` of
\`matching\` is null where the session waits no longer. \`matching {game}\` gives for the game, or without it for each, \`players\` of a match, how many are
\`waiting\`, \`longestMs\`, and of this session its \`place\` and \`waitedMs\`.

The call \`games\` of the lobby lists what can be joined: the \`name\`, a \`text\` for players, \`playersMax\`,
\`ticksPerSecond\`, and \`match\` where its rooms are opened by matchmaking. \`games {game}\` gives a list of
this one game, empty where the server does not have it, with two fields more: its \`world\` (\`width\`, \`height\`,
\`viewRadius\`), where it has one, and its \`commands\`. Of each command it gives the \`name\`, and as \`args\` the
JSON schema of its arguments. A client can make keys, forms and help from it without knowing the game. What the schema
says beyond types, limits, constants, lists of values and descriptions is left out, and so is the inside of a
schema that is too long: the room may refuse more than \`args\` says.

After \`joined\` comes a \`state\` with \`reset\`, then a \`state\` whenever something changed in what the
session sees, and otherwise one a second. Apply it in this order:

1. Where \`reset\` is true, forget every entity of the room.
2. \`left\`: forget these entities.
3. \`entered\`: add these; where the id is known already, replace all of its fields.
4. \`changed\`: set these fields.

Ignore an id in \`left\` or \`changed\` that you do not know. An entity leaves when it is gone and also
when it is out of sight; \`viewRadius\` says how far that is at least. Ticks may be missing: a client
that reads slowly gets one \`state\` for several.

The player’s own entity is \`joined.avatar\`, until an \`avatar\` names another (a player who died is
back) or none (0). It comes right before the \`state\` from which on it is true: keep the new id, and
make it the player’s when that \`state\` was applied. A player without an avatar sees what the game says:
the place where the last one was, another place, everything, or nothing.

\`event\` is what happened once: it is not repeated on a new connection. No \`event\` of a room comes
before its \`joined\`; those that the game sends while the player joins come after the first \`state\`.
Some may stand in the same piece of bytes as \`joined\`: a client library must not lose them while the
program that waits for the room has not begun to listen.`;
}

export function commandsChapter(): string {
  return `## Commands, exactly once

\`command\` and \`call\` are inputs to a room. Each has a sequence number: 1 for the first one of this
session in this room, and one more for each, commands and calls counted together, without a gap.
The lobby counts for itself, as each room does. Several may be sent without waiting.

| answer | means |
| --- | --- |
| \`ack\` in \`state\`, where it has grown | every number up to this one was dealt with |
| \`result\` | the call was applied; its value |
| \`rejected\` | refused: nothing was changed, and the number is used up (but see \`RESULT_EXPIRED\`) |
| \`resumed\` | a part of the server or the connection was replaced: see below |

**Keep every command and call until it is answered**, for the server may lose what it has not
acknowledged, and never loses what it has:

\`\`\`
send(room, input):        input.seq = ++room.lastSeq
                          append input to room.pending; write it
state(room, ack):         drop the commands up to ack from room.pending
result(room, seq),
rejected(room, seq):      drop seq from room.pending
resumed(room, seq):       drop the commands up to seq from room.pending
                          room.lastSeq = max(room.lastSeq, seq)
                          write what is left in room.pending, in order, with the same numbers
\`\`\`

A number that was applied is never applied again, so sending it twice does no harm. A call whose
\`result\` was lost is sent again and answered from the value that the server keeps, or, where it no
longer keeps it, by \`rejected\` with \`RESULT_EXPIRED\`, which says that it was applied. A number that
leaves a gap is not applied: the server answers with \`resumed\`, and the client goes on from there.
Hence each input is applied exactly once, and in order, whatever was replaced in between.

\`resumed\` comes at any time, also on a connection that was never interrupted, for the lobby as for
any other room; a \`state\` with \`reset\` follows where the room has one. For the lobby,
\`welcome.lobbySeq\` says the same as \`resumed\`. \`join\`, \`leave\` and \`ping\` have no numbers: one
that is unanswered when \`resumed\` comes may have been lost.`;
}

export function pacingChapter(): string {
  return `## Staying connected

- **Idle.** A connection from which nothing arrives for \`welcome.idleMs\` is closed
  (\`IDLE_TIMEOUT\`). Send \`ping\` when half of that has passed. \`pong\` returns \`time\` as it was, so
  it also measures the round trip.
- **Dead servers.** A client that hears nothing for a few seconds after a \`ping\` should connect
  again and resume.
- **Too fast.** Messages are read at \`welcome.commandsPerSecond\`, after a short burst. Beyond it they
  wait, none is lost, and \`THROTTLED\` says so. Likewise those beyond \`welcome.inFlightMax\`
  unanswered ones wait.
- **Too slow.** Keep reading. For a client that does not, the server skips ticks, and at last closes
  with \`TOO_SLOW\`.

${limitTable()}

Each message has a limit of its own besides, which is given with it. It counts the body before COBS,
or the line without its line feed.`;
}

export function errorsChapter(): string {
  return `## Errors

\`error\`, \`rejected\`, \`left\` and \`bye\` have a \`code\` for programs and a \`text\` for people. After an
\`error\` with a fatal code the server closes the connection; the session can be resumed unless the
same would happen again. In \`rejected\` and \`left\` no code is fatal, and games have codes of their
own there, as in the \`error\` that answers a \`join\` and in the event \`unmatched\`. Treat a code that you do not know by the message that brings it.

${errorCodeTable()}`;
}

export function walkThroughChapter(): string {
  return `## A first session with nc

\`nc localhost 8000\` (the port is the server’s to choose), then type or paste the lines after \`>\`,
without the \`>\`; those after \`<\` are what a server answers. Numbers, kinds, events and commands are
examples: each game has its own.

\`\`\`
${sessionExample()}
\`\`\`

The same \`hello\` in binary, from a shell:

\`\`\`
(printf '\\0'; cat ${GOLDEN_FOLDER}/hello.bin; sleep 1) | nc localhost 8000 | xxd
\`\`\``;
}

export function goldenChapter(): string {
  const { kinds } = examples.joined.joined;
  return `## Testing a client without a server

\`${GOLDEN_FOLDER}/\` has each example as \`<example>.bin\` (one frame with the zero that ends it) and
as \`<example>.jsonl\` (one line with its line feed), at least one for every message and named for it.

1. Decode each \`.bin\` and compare with the \`.jsonl\` of the same name. Rows need the kinds of
   \`joined\`: ${kinds.length} kinds, of which \`probe\` has a field of every type.
2. Encode each message that a client sends and compare with its \`.bin\`. Bytes may differ where
   msgpack leaves a choice of width; decoded they must be equal.
3. Feed your decoder all frames in a row in pieces of one byte; then with a piece of one frame cut
   out: it must find the frame behind.`;
}

export function versionsChapter(): string {
  return `## Versions

This is version ${PROTOCOL_VERSION}; \`hello\` names it, and a server that speaks another answers
\`PROTOCOL_VERSION\`.

- Within a version, new messages may be added. **A client must ignore a message whose tag or type it
  does not know.** A server refuses it: \`UNKNOWN_MESSAGE\`.
- Within a version, error codes, events, commands, kinds of entities and their fields may be added.
- Within a version, what a client sends may get optional fields at the end; what a server sends gets
  none.
- Otherwise fields of messages, their order and their types change only with the version.
- A tag is never used again for another message, in any version.`;
}
