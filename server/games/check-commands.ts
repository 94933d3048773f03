// Says what is wrong with the commands of a game.
import { checkSync } from './check-sync.ts';
import { isObject, type Problem, shown, shownName, unknownKeys } from './problem.ts';

const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const SHAPE = '{ args: Type.Object({…}), run(room, player, args) {…} }';
const KEYS = ['args', 'run'];
const otherKeys: Readonly<Record<string, string>> = {
  parameters: 'args',
  params: 'args',
  arguments: 'args',
  schema: 'args',
  handler: 'run',
  handle: 'run',
  execute: 'run',
  do: 'run',
  call: 'run',
  fn: 'run',
};

export function checkCommands(commands: unknown): Problem[] {
  if (!isObject(commands) || Array.isArray(commands)) {
    const text = `commands must be an object: { walk: ${SHAPE} }`;
    return [{ path: ['commands'], text }];
  }
  return Object.entries(commands).flatMap(([name, command]) => checkCommand(name, command));
}

function checkCommand(name: string, command: unknown): Problem[] {
  const path = ['commands', name];
  const where = path.map(shownName).join('.');
  const problems: Problem[] = [];
  const say = (at: readonly string[], text: string): void => {
    problems.push({ path: at, text });
  };
  if (!WORD.test(name)) {
    const text = 'a name is 1 to 40 letters, digits, - or _, beginning with a letter';
    say(path, `commands: ${shown(name)} is no name for a command: ${text}`);
  }
  if (!isObject(command)) {
    say(path, `${where} must be ${SHAPE}, but is ${shown(command)}`);
    return problems;
  }
  problems.push(...unknownKeys(command, path, KEYS, otherKeys));
  const hasMisspelt = problems.some(({ path: at }) => at.length > path.length);
  if (typeof command.run !== 'function') {
    if (!hasMisspelt || 'run' in command) say([...path, 'run'], runText(where, command.run));
  } else problems.push(...checkSync([...path, 'run'], command.run));
  if (!isObject(command.args) || command.args.type !== 'object') {
    if (!hasMisspelt || 'args' in command) say([...path, 'args'], argsText(where, command.args));
  }
  return problems;
}

function runText(where: string, run: unknown): string {
  const but = run === undefined ? 'is missing' : `is ${shown(run)}`;
  return `${where}.run must be a function (room, player, args), but ${but}`;
}

function argsText(where: string, args: unknown): string {
  const but =
    args === undefined
      ? 'is missing: a command without arguments has args: Type.Object({})'
      : `is ${isObject(args) ? 'another object' : shown(args)}`;
  return `${where}.args must be a schema made with Type.Object({…}), but ${but}`;
}
