// The committed golden vectors and documents against the code as it is now.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeJson } from './codec.ts';
import { MessageDecoder } from './decoder.ts';
import { type FieldType, fieldTypes } from './entities.ts';
import { protocolFiles } from './files.ts';
import { allExamples, exampleKinds, exampleKindsOf } from './golden/examples.ts';
import { GOLDEN_FOLDER, goldenFiles } from './golden.ts';
import { type Message, messages } from './messages.ts';

const root = new URL('../', import.meta.url);
const committed = (path: string) => readFileSync(new URL(path, root));

describe('PROTOCOL.md: testing a client without a server', () => {
  it.each(goldenFiles())(
    'has the bytes in $path that the codec writes now',
    ({ path, content }) => {
      expect(committed(path)).toStrictEqual(Buffer.from(content as string));
    },
  );

  it.each(allExamples())(
    'gives the example %s back from its frame and from its line',
    (file, message) => {
      const decoded: Message[] = [];
      const { from } = messages[message.type];
      const decoder = new MessageDecoder({
        from,
        frameBytesMax: 4_194_304,
        receiver: {
          message: (received) => decoded.push(received),
          malformed: (error) => {
            throw error;
          },
        },
      });
      decoder.push(Buffer.of(0));
      decoder.push(committed(`${GOLDEN_FOLDER}/${file}.bin`));
      const line = committed(`${GOLDEN_FOLDER}/${file}.jsonl`).toString();
      decoded.push(decodeJson(from, line, exampleKindsOf));
      expect(decoded).toStrictEqual([message, message]);
    },
  );

  it('has no file that no example writes', () => {
    const written = goldenFiles().map(({ path }) => basename(path));
    const found = readdirSync(new URL(GOLDEN_FOLDER, root)).filter((name) => !name.endsWith('.ts'));
    expect(found.sort()).toStrictEqual(written.sort());
  });

  it('names each file for its message', () => {
    for (const [file, message] of allExamples()) {
      expect(file).toMatch(new RegExp(`^${message.type}(-[a-z]+)?$`));
    }
  });

  it('has kinds with a field of every type', () => {
    const types = new Set(exampleKinds.flatMap((kind) => kind.fields.map((field) => field.type)));
    expect([...types].sort()).toStrictEqual((Object.keys(fieldTypes) as FieldType[]).sort());
  });
});

describe('Generated files', () => {
  it('are as the tables say now; else run npm run generate', () => {
    const stale = protocolFiles().filter(
      ({ path, content }) => !readFileSync(new URL(path, root)).equals(Buffer.from(content)),
    );
    expect(stale.map(({ path }) => path)).toStrictEqual([]);
  });
});
