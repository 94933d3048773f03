// The keys of a game that this client does not know: what they send is read off its commands.
import { type Direction, EAST, NORTH, SOUTH, WEST } from '../directions.ts';
import { type Action, chatRow, type Keymap, type KeyRow, keymap } from '../keymap.ts';
import { type Bindings, bindingsOf, type Moves } from './bindings.ts';
import type { CommandInfo, GameInfo } from './game-info.ts';

const walkKeys = { w: NORTH, up: NORTH, d: EAST, right: EAST, s: SOUTH, down: SOUTH, a: WEST };

/** @param hasMap whether there is a map that can be zoomed. */
export function anyKeymap(info: GameInfo | undefined, hasMap: boolean): Keymap {
  const commands = info?.commands ?? [];
  const bindings = bindingsOf(commands);
  const rows: KeyRow[] = [];
  const hints = ['? help'];
  const { walk, aim, act, plain } = bindings;
  if (walk) {
    rows.push({ keys: 'arrows, W A S D', text: walk.text, actions: moveKeys('walk', walk, '') });
    hints.push(`arrows ${walk.text}`);
  }
  if (aim) {
    const actions = moveKeys('shoot', aim, 'shift+');
    rows.push({ keys: 'Shift + direction', text: aim.text, actions });
  }
  if (act || aim) {
    const text = act?.name ?? `${aim!.text} where you last went`;
    const action: Action = act ? { do: 'command', command: act.name } : { do: 'shootAhead' };
    rows.push({ keys: 'Space', text, actions: { space: action } });
    hints.push(`Space ${act?.name ?? aim!.text}`);
  }
  rows.push(...plainRows(bindings));
  if (commands.length > 0) {
    rows.push({
      keys: '/',
      text: `type a command, such as ${exampleOf(commands)}`,
      actions: { '/': { do: 'typeCommand' } },
    });
    hints.push(plain.length > 1 ? `1-${plain.length}, / commands` : '/ command');
  }
  rows.push(chatRow);
  if (hasMap) {
    const actions = { '+': { do: 'zoom', by: -1 }, '-': { do: 'zoom', by: 1 } } as const;
    rows.push({ keys: '+ and -', text: 'look closer, see more of the world', actions });
  }
  return keymap(rows, [...hints, 'Enter chat', 'Q quit'], 'Enter');
}

function moveKeys(kind: 'walk' | 'shoot', { steps }: Moves, prefix: string) {
  const keys = Object.entries({ ...walkKeys, left: WEST }) as [string, Direction][];
  return Object.fromEntries(
    keys
      .filter(([, direction]) => steps[direction])
      .map(([key, direction]): [string, Action] => [`${prefix}${key}`, { do: kind, direction }]),
  );
}

/** A digit for each command without arguments, where there are more than the space bar has. */
function plainRows({ plain, act }: Bindings): KeyRow[] {
  if (plain.length === 0 || (plain.length === 1 && act)) return [];
  return plain.map(({ name }, at) => ({
    keys: String(at + 1),
    text: name,
    actions: { [at + 1]: { do: 'command', command: name } },
  }));
}

/** A line that the player could type. */
function exampleOf(commands: readonly CommandInfo[]): string {
  const { name, args } = commands.find((command) => command.args.length > 0) ?? commands[0]!;
  const values = args
    .filter(({ isOptional }) => !isOptional)
    .map(({ name, type, min = 0, max = 1, values: listed }, i) => {
      if (listed.length > 0) return listed.at(-1);
      const isNumber = type === 'integer' || type === 'number';
      return isNumber ? Math.max(min, Math.min(i === 0 ? 1 : 0, max)) : name;
    });
  return [`/${name}`, ...values].join(' ');
}
