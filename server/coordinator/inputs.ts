// Inputs: everything that happens to a room from outside, one row each; types and codec derive.
import { type Static, type TObject, Type } from '../../protocol/schema.ts';
import { type Row, rowCodec } from '../row-codec.ts';

const player = Type.Number();

export const inputKinds = {
  /** `account` and `fence`: as in `account`; there is none in older journals. */
  join: {
    tag: 1,
    fields: {
      player,
      name: Type.String(),
      account: Type.Optional(Type.String()),
      fence: Type.Optional(Type.Number()),
    },
  },
  leave: { tag: 2, fields: { player } },
  connection: { tag: 3, fields: { player, connected: Type.Boolean() } },
  command: {
    tag: 4,
    fields: {
      player,
      seq: Type.Number(),
      name: Type.String(),
      args: Type.Unknown(),
      /** Whether the sender waits for a value. */
      call: Type.Boolean(),
    },
  },
  /** A command whose number is used up, and that is not applied: it would end the process. */
  refused: { tag: 5, fields: { player, seq: Type.Number() } },
  /** What came of an effect of the room on an account. */
  settled: {
    tag: 6,
    fields: { n: Type.Number(), accepted: Type.Boolean(), balance: Type.Number() },
  },
  /** Which account is the player's: its id, and the number with which its lock was granted. */
  account: { tag: 7, fields: { player, account: Type.String(), fence: Type.Number() } },
} as const satisfies Record<string, Row>;

type Kinds = typeof inputKinds;

/** What happens to a room from outside, in the order in which it happens. */
export type Input = {
  [K in keyof Kinds]: { readonly kind: K } & Readonly<Static<TObject<Kinds[K]['fields']>>>;
}[keyof Kinds];

/** Each input as a compact array. `fromArray` throws {RangeError} for a tag that is not in the table. */
export const inputRows = rowCodec<Input>(inputKinds, 'kind', (tag) => {
  throw new RangeError(`an input of unknown kind ${tag}`);
});
