// The chapters of PROTOCOL.md on how bytes become messages: opening, frames, JSON lines, rows.
import {
  changedExample,
  cobsExamples,
  enteredExample,
  frameExample,
  varintExamples,
} from './document-examples.ts';
import { fieldTypeTable } from './document-tables.ts';
import { DEPTH_MAX } from './scan.ts';

export function openingChapter(): string {
  return `## Opening a connection

A connection is one TCP stream. The first byte that the client sends chooses the encoding of both
directions, for as long as the connection lives:

| first byte | encoding |
| --- | --- |
| \`00\` | **Binary.** The zero is itself an empty frame and means nothing else; frames follow. |
| \`7b\`, that is \`{\` | **JSON lines.** The brace is already the first line’s. |
| \`16\` | **TLS**, where the server has a certificate: the first byte inside of TLS then chooses as above. Where it has none, the server refuses with one line of plain text and closes. |
| any other | None. The server answers with one line of plain text for people and closes. |

The client speaks first: it may send the first byte and \`hello\` at once, without waiting. The
server answers in the encoding chosen, and in binary its stream begins with \`00\` too.

A server that refuses a connection before it knows the encoding (it is full, or there are too many
connections from the address) sends one JSON line \`{"type":"error",…}\` and closes. So look at the
first byte that you receive, whatever you chose:

| first byte received | what follows |
| --- | --- |
| \`00\` | frames |
| \`7b\`, that is \`{\` | JSON lines; to a binary client: one line, an \`error\` |
| any other | a line of plain text: show it to a person |

Both encodings carry the same messages with the same fields. JSON lines are for people and scripts;
a game client should be binary, which is several times smaller and faster.`;
}

export function framesChapter(): string {
  return `## Binary frames

\`\`\`
stream   00 frame frame …
frame    COBS(body) 00
body     one msgpack array: [tag, field, field, …]
\`\`\`

A zero byte ends a frame and occurs nowhere else, so whoever reads from the middle of a stream finds
the next frame. An empty frame (two zeros in a row) is nothing. **A client must drop a frame that it
cannot decode, and go on behind the next zero**: when a part of the server is replaced, what it was
just writing may end in the middle, and a zero follows. The server does not return the favour: a
frame that it cannot decode is answered by the fatal error \`BAD_FRAME\`.

### COBS

COBS (Cheshire and Baker, 1999) takes the zeros out of the body. The encoding is a sequence of
blocks. A block is a code byte *n* from 1 to 255 and *n* − 1 bytes, none of them zero; it stands for
these bytes and a zero behind them. Two blocks stand for their bytes alone: the last one, and any
whose code is 255.

\`\`\`
decode(source):                              encode(source):
  out = []                                     out = [1]; codeAt = 0
  i = 0                                        for each byte b of source, at index i:
  while i < length(source):                      if b ≠ 0:
    n = source[i]; i += 1                          append b to out; out[codeAt] += 1
    if n = 0 or i + n − 1 > length(source):      if b = 0 or (out[codeAt] = 255
      fail                                                    and i is not the last index):
    append source[i .. i + n − 1) to out           codeAt = length(out); append 1 to out
    i += n − 1                                 return out
    if n < 255 and i < length(source):
      append 0 to out
  return out
\`\`\`

Frames, with the zero that ends them:

${cobsExamples()}

### The array

The body is one [msgpack](https://github.com/msgpack/msgpack/blob/master/spec.md) array. Its first
element is the message’s tag, the others are its fields by position, as the tables below order them.

- The array’s header is one byte (\`91\` to \`9f\`, fixarray) and the tag is one byte (positive
  fixint). Everything else may be written in any width that msgpack has.
- nil is an optional field that is absent. Nils at the end may be left out. A required field of the
  type *any value* may be nil as well, and then is nil.
- More elements than the message has fields are refused.
- A map’s keys are strings. A number without a fraction is a whole number, be it written as an
  integer or as a float. Whole numbers beyond 2⁵³ lose precision.

Accepted are nil, booleans, integers, floats, strings (UTF-8), binary, arrays, and maps with string
keys. Refused are every extension type (the codes \`c7\` to \`c9\` and \`d4\` to \`d8\`, dates among
them), the unused code \`c1\`, arrays and maps more than ${DEPTH_MAX} deep (the message’s own array
is the first), a container that declares more than the frame holds, and bytes behind the array.

### From a message to bytes

\`\`\`
${frameExample()}
\`\`\``;
}

export function linesChapter(): string {
  return `## JSON lines

One message is one line: a JSON object in UTF-8, ended by a line feed (\`0a\`). White space around it
is ignored, so a carriage return does no harm, and so are blank lines. \`type\` is the message’s name;
the fields have the names of the tables, in any order. Absent and null mean the same. A field that
the message does not have is refused. Arrays and objects may lie ${DEPTH_MAX} deep in each other, the
message’s own object included.

As in binary, a client must drop a line that it cannot parse and go on with the next one.

Rows are arrays of objects with named fields, as the next chapter shows. A field that is not a finite
number is null. Values of the msgpack type binary have no form in JSON; games should not use them.`;
}

export function rowsChapter(): string {
  return `## Rows of entities

\`state\` brings entities in three lists of rows: \`left\`, \`entered\`, \`changed\`. In binary each list
is one msgpack binary value in which rows are packed without separators until its end:

\`\`\`
entered row   kind u8, id varint, every field in order
changed row   kind u8, id varint, mask varint, the fields whose bit is set, in order
left row      id varint
\`\`\`

\`kind\` is a position in the list \`kinds\` of the room’s \`joined\`, counted from 0; that kind has
the fields’ names and types in order. Bit *n* of the mask (the lowest is bit 0) says that field *n*
follows. An \`id\` is unique in its room and is never used again there.

A **varint** is an unsigned number of at most 32 bits in groups of seven bits, the lowest group
first; the high bit of a byte says that another follows:

\`\`\`
${varintExamples()}
\`\`\`

The types of fields; all numbers are little-endian:

${fieldTypeTable()}

An entered row of the kind \`miner\` from the example of \`joined\` below:

\`\`\`
${enteredExample()}
\`\`\`

Changed rows and left rows, and what they are in JSON lines:

\`\`\`
${changedExample()}
\`\`\`

In JSON lines an entered row has \`kind\` (its name), \`id\` and every field; a changed row has
\`kind\`, \`id\` and the fields that changed; a left row is the id.

A client need not know every field of a game: it reads those that it does not know by their type and
forgets them, and finds those that it knows by name, never by position. Games add fields and kinds
without a new version of the protocol; types of fields are added only with one.`;
}
