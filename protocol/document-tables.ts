// The tables of PROTOCOL.md: messages, types of fields, errors and limits, in words.

import { encodeBinary, encodeJson } from './codec.ts';
import { FIELD_STRING_BYTES_MAX, FIELDS_MAX, fieldTypes, KINDS_MAX } from './entities.ts';
import { errorTable } from './errors.ts';
import { exampleKindsOf, examples } from './golden/examples.ts';
import { GOLDEN_FOLDER } from './golden.ts';
import { isAnything, type RowForm } from './message-fields.ts';
import {
  CLIENT_FRAME_BYTES_MAX,
  type Message,
  type MessageName,
  type MessageRow,
  messages,
  SERVER_FRAME_BYTES_MAX,
  type Sender,
} from './messages.ts';
import { DEPTH_MAX } from './scan.ts';
import { type TSchema, Type } from './schema.ts';

const HEX_BYTES_PER_LINE = 32;

const grouped = (value: number): string => value.toLocaleString('en-US');
const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  return [line(...head), line(...head.map(() => '---')), ...body.map((row) => line(...row))].join(
    '\n',
  );
}

/** `93 04 00`, broken into lines. */
export function hex(bytes: Uint8Array): string {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const lines: string[] = [];
  for (let i = 0; i < pairs.length; i += HEX_BYTES_PER_LINE) {
    lines.push(pairs.slice(i, i + HEX_BYTES_PER_LINE).join(' '));
  }
  return lines.join('\n');
}

/** The messages of one side, each with its fields and its example. */
export function messageSections(from: Sender): string {
  return (Object.entries(messages) as [MessageName, MessageRow][])
    .filter(([, row]) => row.from === from)
    .map(([name, row]) => messageSection(name, row))
    .join('\n\n');
}

/** One line a message, by tag. */
export function messageIndex(): string {
  const rows = (Object.entries(messages) as [MessageName, MessageRow][]).map(([name, row]) => [
    String(row.tag),
    `\`${name}\``,
    row.from,
    Object.entries(row.fields)
      .map(([field, schema]) => `${field}${Type.IsOptional(schema) ? '?' : ''}`)
      .join(', '),
  ]);
  return table(['tag', 'message', 'sent by', 'fields in order (`?`: optional)'], rows);
}

function messageSection(name: MessageName, row: MessageRow): string {
  const fields = Object.entries(row.fields).map(([field, schema], i) => [
    String(i + 1),
    `\`${field}\``,
    typeInWords(schema),
    Type.IsOptional(schema) ? 'optional' : 'required',
    String((schema as { description?: string }).description),
  ]);
  const parts = [
    `### \`${name}\``,
    `Tag ${row.tag}, at most ${grouped(row.bytesMax)} bytes. ${row.text}`,
    fields.length > 0
      ? table(['position', 'field', 'type', '', 'meaning'], fields)
      : 'It has no fields.',
    exampleBlock(name),
  ];
  return parts.join('\n\n');
}

function exampleBlock(name: MessageName): string {
  const ofMessage: Readonly<Record<string, Message>> = examples[name];
  const message = ofMessage[name]!;
  const others = Object.keys(ofMessage).filter((file) => file !== name);
  const more = others.map((file) => `\`${file}\``).join(', ');
  const block = [
    '```',
    hex(encodeBinary(message)),
    encodeJson(message, exampleKindsOf).trimEnd(),
    '```',
  ];
  if (more !== '') block.push('', `Further examples in \`${GOLDEN_FOLDER}/\`: ${more}.`);
  return block.join('\n');
}

/** The part of JSON Schema that the table of messages uses. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly rows?: RowForm;
}

/** A schema as people say it. */
export function typeInWords(schema: TSchema): string {
  const { type, rows, items, properties, minimum, maximum, ...rest } = schema as Schema;
  if (isAnything(schema)) return 'any value';
  if (rows !== undefined) return `\`${rows}\` rows: bin; in JSON lines an array`;
  if (rest.enum) return `one of ${rest.enum.map((value) => `\`${value}\``).join(', ')}`;
  switch (type) {
    case 'integer':
      return `whole number, ${grouped(minimum!)} to ${grouped(maximum!)}`;
    case 'number':
      return 'finite number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return stringInWords(rest);
    case 'array':
      return `array; each: ${typeInWords(items!)}`;
    case 'object':
      return `map {${Object.entries(properties!)
        .map(([name, property]) => `\`${name}\`: ${typeInWords(property)}`)
        .join('; ')}}`;
    default:
      throw new Error(`the table uses a schema without words: ${JSON.stringify(schema)}`);
  }
}

function stringInWords({ minLength = 0, maxLength, pattern }: Schema): string {
  const length =
    maxLength === undefined ? '' : `, ${minLength} to ${grouped(maxLength)} characters`;
  return `string${length}${pattern === undefined ? '' : ` matching \`${pattern}\``}`;
}

export function fieldTypeTable(): string {
  const rows = Object.entries(fieldTypes).map(([name, row]) => {
    const bounds = 'min' in row ? `, ${grouped(row.min)} to ${grouped(row.max)}` : '';
    return [`\`${name}\``, row.bytes, `${row.text}${bounds}`];
  });
  return table(['type', 'bytes', 'value'], rows);
}

export function errorCodeTable(): string {
  const rows = Object.entries(errorTable).map(([code, row]) => [
    `\`${code}\``,
    row.fatal ? 'yes' : 'no',
    row.text,
  ]);
  return table(['code', 'fatal', 'meaning'], rows);
}

export function limitTable(): string {
  const rows: [string, number][] = [
    [
      'frame or line from a client, bytes (a server may be configured to accept less)',
      CLIENT_FRAME_BYTES_MAX,
    ],
    ['frame or line from a server, bytes: a client must accept this much', SERVER_FRAME_BYTES_MAX],
    ['arrays and maps (objects) in each other, the message itself included', DEPTH_MAX],
    ['kinds of a room', KINDS_MAX],
    ['fields of a kind', FIELDS_MAX],
    ['string in a row, bytes', FIELD_STRING_BYTES_MAX],
  ];
  return table(
    ['what', 'at most'],
    rows.map(([what, limit]) => [what, grouped(limit)]),
  );
}
