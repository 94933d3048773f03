// What the tables of messages and errors must keep to.

import { describe, expect, it } from 'vitest';
import { errorTable, ProtocolError } from './errors.ts';
import { type MessageRow, messages } from './messages.ts';
import type { TSchema } from './schema.ts';

const stringBounds = (schema: TSchema) => schema as { pattern?: string; maxLength?: number };
const rows = Object.entries(messages) as [string, MessageRow][];

describe('PROTOCOL.md: the table of messages', () => {
  it('gives each message a tag of its own that is one byte, never zero', () => {
    const tags = rows.map(([, row]) => row.tag);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toSatisfy((n: number) => n >= 1 && n <= 0x7f);
  });

  it('has no message with more elements than a header of one byte can count', () => {
    for (const [, row] of rows) expect(Object.keys(row.fields).length + 1).toBeLessThanOrEqual(15);
  });

  it('describes every message and every field in a sentence', () => {
    for (const [, row] of rows) {
      expect(row.text).toMatch(/^[A-Z].*[.!]$/);
      for (const schema of Object.values(row.fields)) {
        expect((schema as { description?: string }).description).toMatch(/^[A-Z].*[.!]$/);
      }
    }
  });

  it('has no field named type, which is the name of the message in JSON lines', () => {
    for (const [, row] of rows) expect(Object.keys(row.fields)).not.toContain('type');
  });

  it('names only words that a receiver accepts as error codes', () => {
    const { pattern, maxLength } = stringBounds(messages.error.fields.code);
    for (const code of Object.keys(errorTable)) {
      expect(code).toMatch(new RegExp(pattern!));
      expect(code.length).toBeLessThanOrEqual(maxLength!);
    }
  });
});

describe('A name that other players see', () => {
  const isName = (name: string) =>
    new RegExp(stringBounds(messages.hello.fields.name).pattern!).test(name);

  it.each(['ada', 'Ada Lovelace', 'שרה', '李雷', 'é', '👩‍🚀', 'فارسی‌زبان'])('may be %s', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each([
    ['a control character', 'a\u001b[2J'],
    ['an 8-bit control character', 'a\u009b2J'],
    ['a line separator', 'a\u2028b'],
    ['an override of the direction', '\u202eada'],
    ['an isolate', '\u2067ada'],
    ['a space of no width', 'a\u200bda'],
    ['nothing that is seen', ' \u00a0\u3000'],
  ])('may not have %s', (_what, name) => {
    expect(isName(name)).toBe(false);
  });
});

describe('PROTOCOL.md: errors', () => {
  it('has a text that fits into its message, however long what a peer sent', () => {
    const { maxLength } = stringBounds(messages.error.fields.text);
    for (const code of Object.keys(errorTable) as (keyof typeof errorTable)[]) {
      const error = new ProtocolError(code, 'x'.repeat(20_000));
      expect(error.message.length).toBeLessThanOrEqual(maxLength!);
      expect(error.fatal).toBe(errorTable[code].fatal);
    }
  });

  it('appends the detail to the sentence of the table', () => {
    expect(new ProtocolError('BAD_FRAME', 'not COBS').message).toBe(
      'A frame could not be decoded: not COBS',
    );
  });
});
