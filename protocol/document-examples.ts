// The worked examples of PROTOCOL.md, computed by the code that they explain.
import { cobsDecode } from './cobs.ts';
import { encodeBinary, encodeJson, frameOf } from './codec.ts';
import { hex } from './document-tables.ts';
import { type Kind, RowWriter } from './entities.ts';
import { exampleKinds, exampleKindsOf, exampleMiner, examples } from './golden/examples.ts';
import { type Message, messages } from './messages.ts';

/** Bytes before and after COBS, for the cases that an implementation gets wrong. */
export function cobsExamples(): string {
  const counted = (length: number) => Uint8Array.from({ length }, (_, i) => (i % 255) + 1);
  const cases: [string, Uint8Array][] = [
    ['no bytes', Uint8Array.of()],
    ['`00`', Uint8Array.of(0)],
    ['`11 22 00 33`', Uint8Array.of(0x11, 0x22, 0, 0x33)],
    ['`11 00 00`', Uint8Array.of(0x11, 0, 0)],
    ['254 bytes `01 02 … fe`', counted(254)],
    ['255 bytes `01 02 … ff`', counted(255)],
  ];
  const rows = cases.map(([name, bytes]) => `| ${name} | \`${shortened(frameOf(bytes))}\` |`);
  return ['| bytes | frame |', '| --- | --- |', ...rows].join('\n');
}

function shortened(frame: Uint8Array): string {
  if (frame.length <= 16) return hex(frame);
  return `${hex(frame.subarray(0, 4))} … ${hex(frame.subarray(frame.length - 5))}`;
}

/** One message from its values to the bytes on the connection. */
export function frameExample(): string {
  const message = examples.command.command;
  const frame = encodeBinary(message);
  return [
    `message    ${encodeJson(message, exampleKindsOf).trimEnd()}`,
    `array      ${JSON.stringify([messages.command.tag, message.room, message.seq, message.name, message.args])}`,
    `msgpack    ${hex(bodyOf(frame))}`,
    `frame      ${hex(frame)}`,
  ].join('\n');
}

function bodyOf(frame: Uint8Array): Uint8Array {
  const body = Buffer.alloc(frame.length);
  return body.subarray(0, cobsDecode(frame, 0, frame.length - 1, body));
}

export function varintExamples(): string {
  const writer = new RowWriter();
  return [0, 127, 128, 300, 16_384, 0xffff_ffff]
    .map((value) => {
      writer.clear();
      writer.left(value);
      return `${String(value).padStart(10)}  ${hex(writer.written())}`;
    })
    .join('\n');
}

/** An entered row, byte for byte. */
export function enteredExample(): string {
  const kindIndex = exampleKinds.findIndex((kind) => kind.name === exampleMiner.kind);
  const kind = exampleKinds[kindIndex]!;
  const { id } = exampleMiner;
  const values = kind.fields.map(
    (field) => exampleMiner[field.name as Exclude<keyof typeof exampleMiner, 'kind' | 'id'>],
  );
  const writer = new RowWriter();
  const lines: string[] = [];
  let written = 0;
  const add = (meaning: string, fields: Kind['fields']) => {
    writer.clear();
    writer.entered(kindIndex, { ...kind, fields }, id, values);
    const bytes = hex(writer.written().subarray(written));
    lines.push(`${bytes.padEnd(14)}${meaning}`);
    written = writer.length;
  };
  add(`kind ${kindIndex} (${kind.name}), id ${id}`, []);
  kind.fields.forEach((field, i) => {
    add(`${field.name}: ${field.type} = ${JSON.stringify(values[i])}`, kind.fields.slice(0, i + 1));
  });
  return lines.join('\n');
}

/** The changed and the left rows of the `state` example beside their JSON. */
export function changedExample(): string {
  const { changed, left } = examples.state.state;
  const json = JSON.parse(encodeJson(examples.state.state, exampleKindsOf));
  return [
    `changed  ${hex(changed)}`,
    `         ${JSON.stringify(json.changed)}`,
    `left     ${hex(left)}`,
    `         ${JSON.stringify(json.left)}`,
  ].join('\n');
}

/** What is typed and what is read in a first session. */
export function sessionExample(): string {
  const turns: Message[] = [
    examples.hello.hello,
    examples.welcome.welcome,
    examples.join.join,
    examples.joined.joined,
    { ...examples.state['state-reset']!, entered: examples.state.state.entered },
    examples.command.command,
    { ...examples.state.state, ...noRows('left', 'entered') },
    { type: 'command', room: 4, seq: 2, name: 'drop' },
    examples.rejected.rejected,
    examples.ping.ping,
    examples.pong.pong,
    examples.quit.quit,
  ];
  return turns
    .map((message) => {
      const direction = messages[message.type].from === 'client' ? '>' : '<';
      return `${direction} ${encodeJson(message, exampleKindsOf).trimEnd()}`;
    })
    .join('\n');
}

const noRows = (...forms: ('left' | 'entered' | 'changed')[]) =>
  Object.fromEntries(forms.map((form) => [form, Buffer.alloc(0)]));
