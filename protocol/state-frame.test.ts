// State frames written straight from rows against those of the table's own encoding.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBinary } from './codec.ts';
import { RowWriter } from './entities.ts';
import { exampleKinds } from './golden/examples.ts';
import type { RowForm } from './message-fields.ts';
import type { Message } from './messages.ts';
import { stateBody, stateFrame } from './state-frame.ts';
import { idArbitrary, packRows, rowArbitrary } from './test-arbitraries.ts';

function writerOf(bytes: Uint8Array): RowWriter {
  const writer = new RowWriter(1);
  writer.append(bytes, 0, bytes.length);
  return writer;
}

const rows = (form: RowForm) =>
  fc
    .array(rowArbitrary(exampleKinds), { maxLength: 30 })
    .map((entities) => packRows(form, exampleKinds, entities));

type State = Message<'state'>;
const bodyOf = ({ room, tick, reset, left, entered, changed }: State) =>
  stateBody(room, tick, reset, writerOf(left), writerOf(entered), writerOf(changed));

const state: fc.Arbitrary<State> = fc.record({
  type: fc.constant('state' as const),
  room: idArbitrary,
  tick: idArbitrary,
  reset: fc.boolean(),
  left: rows('left'),
  entered: rows('entered'),
  changed: rows('changed'),
});

describe('PROTOCOL.md: the message state, as workers write it', () => {
  it('has the bytes of the table’s encoding, with an acknowledgement and without', () => {
    fc.assert(
      fc.property(state, idArbitrary, (message, ack) => {
        const body = bodyOf(message);
        expect(stateFrame(body, 0).equals(encodeBinary(message))).toBe(true);
        const expected = encodeBinary(ack === 0 ? message : { ...message, ack });
        expect(stateFrame(body, ack).equals(expected)).toBe(true);
        expect(stateFrame(body, 0).equals(encodeBinary(message))).toBe(true);
      }),
    );
  });

  it.each([0, 0xff, 0x100, 0xffff, 0x1_0000, 300_000])('holds %i bytes of rows', (length) => {
    const empty = Buffer.alloc(0);
    const changed = Buffer.alloc(length, 7);
    const rest = { type: 'state', room: 4, tick: 0xffff, reset: false } as const;
    for (const lists of [
      { left: changed, entered: empty, changed: empty },
      { left: empty, entered: empty, changed },
    ]) {
      const message = { ...rest, ...lists };
      expect(stateFrame(bodyOf(message), 0).equals(encodeBinary(message))).toBe(true);
      const acknowledged = { ...message, ack: 0xffff_ffff };
      const frame = stateFrame(bodyOf(message), acknowledged.ack);
      expect(frame.equals(encodeBinary(acknowledged))).toBe(true);
    }
  });

  it('gives its three lists of rows back as they were written', () => {
    fc.assert(
      fc.property(state, (message) => {
        const { left, entered, changed, reset } = bodyOf(message);
        expect({ left, entered, changed, reset }).toStrictEqual({
          left: message.left,
          entered: message.entered,
          changed: message.changed,
          reset: message.reset,
        });
      }),
    );
  });
});
