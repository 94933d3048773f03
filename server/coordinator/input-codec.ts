// Inputs as a journal holds them: what commands have in common stands in a batch only once.
import type { InputCodec } from '../store/index.ts';
import { type Input, inputRows } from './inputs.ts';

type Command = Extract<Input, { kind: 'command' }>;

/** What commands of the same name mostly have in common. */
interface Shape {
  readonly name: string;
  readonly call: boolean;
  /** The names of the arguments. */
  readonly keys: readonly string[];
}

/** [[name, call, ...keys] of each shape, values]. In `values` a command is the number of its shape, its
 *  player and seq, and its arguments; any other input is the array of its row. Before there were
 *  shapes, [all as arrays of their rows]. */
type Written =
  | readonly [inputs: readonly unknown[][]]
  | readonly [shapes: readonly (readonly [string, boolean, ...string[]])[], values: unknown[]];

/** Clients choose what they send: more shapes than that are not looked through for each command. */
const SHAPES_MAX = 16;

export const inputCodec: InputCodec<Input> = {
  write(inputs) {
    const shapes: Shape[] = [];
    const values: unknown[] = [];
    for (const input of inputs) {
      if (input.kind !== 'command' || !writeCommand(input, shapes, values)) {
        values.push(inputRows.toArray(input));
      }
    }
    return [shapes.map(({ name, call, keys }) => [name, call, ...keys]), values];
  },

  /** @throws {RangeError} for a tag that is not in the table. */
  read(written) {
    const [first, values] = written as Written;
    if (!values) return (first as unknown[][]).map(inputRows.fromArray);
    const shapes = first.map(([name, call, ...keys]) => ({ name, call, keys }) as Shape);
    const inputs: Input[] = [];
    for (let at = 0; at < values.length; ) {
      const begun = values[at++] as number | unknown[];
      if (typeof begun !== 'number') {
        inputs.push(inputRows.fromArray(begun));
        continue;
      }
      const { name, call, keys } = shapes[begun]!;
      const player = values[at++] as number;
      const seq = values[at++] as number;
      const args: Record<string, unknown> = {};
      for (const key of keys) args[key] = values[at++];
      inputs.push({ kind: 'command', player, seq, name, args, call });
    }
    return inputs;
  },

  /** Only a command can be left out: what others do is known outside of the room.
   *  @throws {RangeError} for those. */
  setAside(input) {
    if (input.kind !== 'command') throw new RangeError(`a ${input.kind} cannot be set aside`);
    return { kind: 'refused', player: input.player, seq: input.seq };
  },
};

/** @returns false where the command has nothing in common with others. */
function writeCommand(command: Command, shapes: Shape[], values: unknown[]): boolean {
  const { player, seq, name, call } = command;
  const args = command.args as Readonly<Record<string, unknown>>;
  if (typeof args !== 'object' || args === null) return false;
  if (Object.getPrototypeOf(args) !== Object.prototype) return false;
  const keys = Object.keys(args);
  let shape = 0;
  while (shape < shapes.length && !isOf(shapes[shape]!, name, call, keys)) shape++;
  if (shape === shapes.length) {
    // Reading it back would not make a member of that name.
    if (shape === SHAPES_MAX || keys.includes('__proto__')) return false;
    shapes.push({ name, call, keys });
  }
  values.push(shape, player, seq);
  for (const key of keys) values.push(args[key]);
  return true;
}

function isOf(shape: Shape, name: string, call: boolean, keys: readonly string[]): boolean {
  if (shape.name !== name || shape.call !== call || shape.keys.length !== keys.length) return false;
  for (let i = 0; i < keys.length; i++) if (shape.keys[i] !== keys[i]) return false;
  return true;
}
