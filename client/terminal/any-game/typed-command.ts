// A command of the game as the player types it: `/walk 1 0`, `/walk dx=1 dy=0`, `/walk {"dx":1,"dy":0}`.
import type { ArgInfo, CommandInfo } from './game-info.ts';

export interface TypedCommand {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Words that the command has no argument for; '' where there are none. */
  readonly excess: string;
}

/** @param line begins with /.
 *  @returns undefined where it names none of the commands. The room judges the arguments: what does not
 *  fit is passed on as it was typed, so that the player reads the room's own sentence. */
export function typedCommandOf(
  line: string,
  commands: readonly CommandInfo[],
): TypedCommand | undefined {
  const [, word = '', rest = ''] = /^\/(\S+)\s*(.*)$/su.exec(line.trim()) ?? [];
  const command = commands.find(({ name }) => name === word) ?? alikeIn(commands, word);
  return command && { name: command.name, ...argsOf(rest.trim(), command.args) };
}

function alikeIn(commands: readonly CommandInfo[], word: string): CommandInfo | undefined {
  return commands.find(({ name }) => name.toLowerCase() === word.toLowerCase());
}

function argsOf(text: string, known: readonly ArgInfo[]): Omit<TypedCommand, 'name'> {
  const whole = text.startsWith('{') ? jsonOf(text) : undefined;
  if (typeof whole === 'object' && whole !== null) return { args: { ...whole }, excess: '' };
  const args: Record<string, unknown> = Object.create(null);
  const words = [...text.matchAll(/\S*"[^"]*"|\S+/g)];
  for (const { 0: word, index } of words) {
    const [, key = '', value = ''] = /^([A-Za-z_$][\w$-]*)=(.*)$/s.exec(word) ?? [];
    const named = known.find(({ name }) => name === key);
    if (named || (key !== '' && known.length === 0)) {
      args[key] = argValueOf(value, named);
      continue;
    }
    const next = known.find(({ name }) => !(name in args));
    if (!next) return { args: { ...args }, excess: text.slice(index) };
    // The last text goes on to the end of the line.
    const isRest = next === known.at(-1) && next.type === 'string' && !word.startsWith('"');
    args[next.name] = argValueOf(isRest ? text.slice(index) : word, next);
    if (isRest) break;
  }
  return { args: { ...args }, excess: '' };
}

function argValueOf(word: string, arg: ArgInfo | undefined): unknown {
  const text = unquoted(word);
  const listed = arg?.values.find((value) => String(value) === text);
  if (listed !== undefined) return listed;
  switch (arg?.type) {
    case 'string':
      return text;
    case 'integer':
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      if (/^(true|yes|on)$/i.test(text)) return true;
      return /^(false|no|off)$/i.test(text) ? false : text;
    default:
      return jsonOf(word) ?? text;
  }
}

function unquoted(word: string): string {
  return /^".*"$/s.test(word) ? word.slice(1, -1) : word;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
