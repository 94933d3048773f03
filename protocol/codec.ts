// One message to bytes and back, in both encodings, as the table of messages says.
import { Packr, Unpackr } from 'msgpackr';
import { cobsBytesMax, cobsEncode } from './cobs.ts';
import type { Kind } from './entities.ts';
import { ProtocolError } from './errors.ts';
import { rowsFromJson, rowsToJson } from './json-rows.ts';
import { isAnything, type RowForm } from './message-fields.ts';
import {
  type Message,
  type MessageName,
  type MessageRow,
  messages,
  type Sender,
} from './messages.ts';
import { refuseJson, refuseMsgpack } from './scan.ts';
import { Compile, Type } from './schema.ts';

/** How the bytes of a connection are to be read; chosen by its first byte. */
export type Encoding = 'binary' | 'json';

/** The entity kinds of a room, where they are known; JSON lines name fields by them. */
export type KindsOf = (room: number) => readonly Kind[] | undefined;

/** An undefined property is left out, as JSON leaves it out: msgpackr has an extension for it, which
 *  the receiver would refuse. (`skipValues` is missing in the types of msgpackr.) */
const packOptions = { skipValues: [undefined], encodeUndefinedAsNil: true };
const packr = new Packr({ useRecords: false, variableMapSize: true, ...packOptions });
/** Gives binary values as views of the frame; three times as fast as `copyingUnpackr`. */
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });
/** For messages in which a binary value may lie somewhere inside of a value of any shape. */
const copyingUnpackr = new Unpackr({
  useRecords: false,
  int64AsType: 'number',
  copyBuffers: true,
});

interface CompiledRow {
  readonly name: MessageName;
  readonly row: MessageRow;
  readonly fields: readonly string[];
  readonly rowForms: readonly (RowForm | undefined)[];
  /** The required fields that take anything: nil too, which otherwise means absent. */
  readonly nilFields: readonly string[];
  readonly unpackr: Unpackr;
  readonly check: (message: unknown) => boolean;
  readonly explain: (message: unknown) => string;
}

const byName = new Map<string, CompiledRow>();
const byTag: (CompiledRow | undefined)[] = [];
for (const [name, row] of Object.entries(messages) as [MessageName, MessageRow][]) {
  const compiled = compile(name, row);
  byName.set(name, compiled);
  byTag[row.tag] = compiled;
}

function compile(name: MessageName, row: MessageRow): CompiledRow {
  const schema = Type.Object(
    { type: Type.Literal(name), ...row.fields },
    { additionalProperties: false },
  );
  const validator = Compile(schema);
  const takesAnything = Object.entries(row.fields).filter(([, field]) => isAnything(field));
  return {
    name,
    row,
    fields: Object.keys(row.fields),
    rowForms: Object.values(row.fields).map((field) => (field as { rows?: RowForm }).rows),
    nilFields: takesAnything
      .filter(([, field]) => !Type.IsOptional(field))
      .map(([fieldName]) => fieldName),
    unpackr: takesAnything.length > 0 ? copyingUnpackr : unpackr,
    check: (message) => validator.Check(message),
    explain: (message) => {
      const errors = validator.Errors(message);
      // An unknown field is reported twice; by itself, which names it, and for the whole message.
      const first = errors.find((error) => error.keyword !== 'boolean') ?? errors[0];
      if (!first) return name;
      const path = first.instancePath.slice(1).replaceAll('/', '.');
      return `${path ? `${name}.${path}` : name} ${first.message}`;
    },
  };
}

/** The frame of `message`, delimiter included. */
export function encodeBinary(message: Message): Buffer {
  const { row, fields } = byName.get(message.type)!;
  const values: unknown[] = [row.tag];
  for (const field of fields) values.push((message as Record<string, unknown>)[field] ?? null);
  while (values.at(-1) === null) values.pop();
  return frameOf(packr.pack(values));
}

/** COBS of `body` with its delimiter. */
export function frameOf(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(cobsBytesMax(body.length) + 1);
  const end = cobsEncode(body, frame, 0);
  frame[end] = 0;
  return frame.subarray(0, end + 1);
}

/** Unpacks the body of a frame, of which COBS has already been taken off.
 *  @param body read from 0 to `end`; nothing of the result refers to it.
 *  @throws {ProtocolError} `BAD_FRAME`, `FRAME_TOO_LARGE`, `UNKNOWN_MESSAGE`, `BAD_MESSAGE`. */
export function decodeBinary(from: Sender, body: Buffer, end: number): Message {
  const refusal = refuseMsgpack(body, end);
  if (refusal) throw new ProtocolError('BAD_FRAME', refusal);
  const head = body[0]!;
  const isArray = (head >= 0x91 && head <= 0x9f) || head === 0xdc || head === 0xdd;
  if (!isArray)
    throw new ProtocolError('BAD_FRAME', 'a message is an array that begins with a tag');
  // The tag is read before the rest is unpacked, so that the row's own limit comes first.
  const tag = head <= 0x9f ? body[1]! : -1;
  const compiled = byTag[tag];
  if (compiled?.row.from !== from) throw new ProtocolError('UNKNOWN_MESSAGE', `tag ${tag}`);
  checkSize(compiled, end);
  const values = compiled.unpackr.unpack(body, { start: 0, end }) as unknown[];
  if (values.length > compiled.fields.length + 1) {
    throw new ProtocolError('BAD_MESSAGE', `${compiled.name} has too many elements`);
  }
  const message: Record<string, unknown> = { type: compiled.name };
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    // The message must outlive the frame's buffer, of which `unpackr` gives views.
    message[compiled.fields[i - 1]!] = value instanceof Uint8Array ? Buffer.from(value) : value;
  }
  return checked(compiled, message);
}

/** The line of `message`, with its line feed. */
export function encodeJson(message: Message, kindsOf: KindsOf): string {
  const { fields, rowForms } = byName.get(message.type)!;
  const values: Record<string, unknown> = { type: message.type };
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const value = (message as Record<string, unknown>)[field];
    const form = rowForms[i];
    values[field] =
      form === undefined
        ? value
        : rowsToJson(form, kindsOf((message as { room: number }).room) ?? [], value as Uint8Array);
  }
  return `${JSON.stringify(values)}\n`;
}

/** Parses one line.
 *  @throws {ProtocolError} `BAD_FRAME`, `FRAME_TOO_LARGE`, `UNKNOWN_MESSAGE`, `BAD_MESSAGE`. */
export function decodeJson(from: Sender, line: string, kindsOf: KindsOf): Message {
  const refusal = refuseJson(line);
  if (refusal) throw new ProtocolError('BAD_FRAME', refusal);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ProtocolError('BAD_FRAME', 'the line is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError('BAD_FRAME', 'the line is not a JSON object');
  }
  const message = value as Record<string, unknown>;
  const { type } = message;
  if (typeof type !== 'string') throw new ProtocolError('UNKNOWN_MESSAGE', 'type is not a string');
  const compiled = byName.get(type);
  if (compiled?.row.from !== from) {
    throw new ProtocolError('UNKNOWN_MESSAGE', `type ${JSON.stringify(type)}`);
  }
  checkSize(compiled, Buffer.byteLength(line));
  for (let i = 0; i < compiled.fields.length; i++) {
    const form = compiled.rowForms[i];
    const field = compiled.fields[i]!;
    if (form !== undefined) {
      const known = kindsOf(message.room as number) ?? [];
      message[field] = rowsFromJson(form, known, message[field]);
    } else if (message[field] === null) delete message[field];
  }
  return checked(compiled, message);
}

function checkSize(compiled: CompiledRow, bytes: number): void {
  const { bytesMax } = compiled.row;
  if (bytes <= bytesMax) return;
  throw new ProtocolError('FRAME_TOO_LARGE', `${compiled.name} may have ${bytesMax} bytes`);
}

function checked(compiled: CompiledRow, message: Record<string, unknown>): Message {
  for (const field of compiled.nilFields) message[field] ??= null;
  if (!compiled.check(message)) {
    throw new ProtocolError('BAD_MESSAGE', compiled.explain(message));
  }
  return message as Message;
}
