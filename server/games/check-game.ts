// Says what is wrong with a game, so that its author knows before anyone plays.
import { checkCommands } from './check-commands.ts';
import { checkEntities } from './check-entities.ts';
import { checkSync } from './check-sync.ts';
import { isObject, isWhole, type Problem, shown, unknownKeys } from './problem.ts';

const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const ITEM = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
const MATCH_PLAYERS_MAX = 64;
const PLAYERS_MAX = 100_000;
const HOOKS = ['about', 'create', 'join', 'leave', 'tick', 'settled', 'migrate'] as const;
const KEYS = [
  'name',
  'text',
  'ticksPerSecond',
  'playersMax',
  'match',
  'world',
  'entities',
  'items',
  'state',
  'stateVersion',
  'prepare',
  'bots',
  'commands',
  ...HOOKS,
];
/** What authors call the keys of a game, without capitals and a leading `on`. */
const otherKeys: Readonly<Record<string, string>> = {
  title: 'name',
  description: 'text',
  ticks: 'ticksPerSecond',
  tickrate: 'ticksPerSecond',
  fps: 'ticksPerSecond',
  maxplayers: 'playersMax',
  kinds: 'entities',
  init: 'create',
  setup: 'create',
  start: 'create',
  connect: 'join',
  enter: 'join',
  disconnect: 'leave',
  exit: 'leave',
  update: 'tick',
  loop: 'tick',
  handlers: 'commands',
  actions: 'commands',
  messages: 'commands',
  version: 'stateVersion',
  viewradius: 'world.viewRadius',
};

/** @returns a problem for each thing that is wrong; none for a game that can be used. */
export function checkGame(value: unknown): Problem[] {
  if (!isObject(value) || Array.isArray(value)) {
    const text = `a game is one object, not ${shown(value)}: export default defineGame({…})`;
    return [{ path: [], text }];
  }
  const problems = unknownKeys(value, [], KEYS, otherKeys);
  const misspelt = new Set(problems.map(({ text }) => /did you mean (\w+)/.exec(text)?.[1]));
  const need = (holds: boolean, key: string, text: string): void => {
    // One sentence is enough for a key that is there under another name.
    if (holds || (value[key] === undefined && misspelt.has(key))) return;
    problems.push({ path: [key], text: `${key} must be ${text}` });
  };
  checkOptions(value, need);
  for (const hook of HOOKS) {
    const given = value[hook];
    need(given === undefined || typeof given === 'function', hook, 'a function');
  }
  for (const hook of ['state', ...HOOKS]) problems.push(...checkSync([hook], value[hook]));
  if (value.migrate !== undefined && (value.stateVersion ?? 0) === 0) {
    const text = 'migrate is for rooms of an older version: give the game a stateVersion from 1';
    problems.push({ path: ['migrate'], text });
  }
  if (isObject(value.prepare)) {
    problems.push(...unknownKeys(value.prepare, ['prepare'], ['module', 'run']));
  }
  problems.push(
    ...checkMatch(value.match, value.playersMax),
    ...checkBots(value),
    ...checkWorld(value.world),
  );
  if (value.entities !== undefined || !misspelt.has('entities')) {
    problems.push(...checkEntities(value.entities));
  }
  if (value.commands !== undefined || !misspelt.has('commands')) {
    problems.push(...checkCommands(value.commands));
  }
  return problems;
}

function checkOptions(
  value: Record<string, unknown>,
  need: (holds: boolean, key: string, text: string) => void,
): void {
  const { name, stateVersion = 0, prepare, items = [] } = value;
  need(
    typeof name === 'string' && WORD.test(name),
    'name',
    '1 to 40 letters, digits, - or _, beginning with a letter',
  );
  need(typeof value.text === 'string', 'text', 'a sentence about the game');
  need(isWhole(value.ticksPerSecond, 0, 60), 'ticksPerSecond', 'a whole number, 0 to 60');
  need(
    isWhole(value.playersMax, 1, PLAYERS_MAX),
    'playersMax',
    `a whole number from 1 to ${PLAYERS_MAX}`,
  );
  need(
    typeof value.state === 'function',
    'state',
    'a function that gives the memory of a new room: state: () => ({ … })',
  );
  need(isWhole(stateVersion, 0, Number.MAX_SAFE_INTEGER), 'stateVersion', 'a whole number from 0');
  need(
    prepare === undefined || isPoolFunction(prepare),
    'prepare',
    '{ module: import.meta.url, run }, with run exported under its own name',
  );
  need(
    Array.isArray(items) && items.every((item) => typeof item === 'string' && ITEM.test(item)),
    'items',
    'a list of names of 1 to 40 letters, digits or -, beginning with a letter',
  );
}

function checkMatch(match: unknown, playersMax: unknown): Problem[] {
  if (match === undefined) return [];
  const path = ['match'];
  const most = Math.min(MATCH_PLAYERS_MAX, Number(playersMax) || MATCH_PLAYERS_MAX);
  const unknown = isObject(match) ? unknownKeys(match, path, ['players']) : [];
  if (unknown.length > 0 || (isObject(match) && isWhole(match.players, 2, most))) return unknown;
  const text = 'match must have players: a whole number from 2 to 64, and at most playersMax';
  return [{ path: isObject(match) ? [...path, 'players'] : path, text }];
}

function checkBots({ bots, match, ticksPerSecond }: Record<string, unknown>): Problem[] {
  if (bots === undefined) return [];
  const path = ['bots'];
  const problems: Problem[] = [];
  const hooks = ['ask', 'survey', 'act'];
  if (isObject(bots)) {
    problems.push(...unknownKeys(bots, path, ['ask', 'survey', 'plan', 'act']));
    for (const hook of hooks) problems.push(...checkSync([...path, hook], bots[hook]));
  }
  const isRight =
    isObject(bots) &&
    isPoolFunction(bots.plan) &&
    hooks.every((hook) => typeof bots[hook] === 'function');
  if (!isRight && problems.length === 0) {
    problems.push({ path, text: 'bots must be { ask, survey, plan, act }, as Bots says' });
  }
  if (ticksPerSecond === 0) {
    problems.push({ path, text: 'bots are for a game with ticks: they act between them' });
  }
  if (match !== undefined) {
    problems.push({ path, text: 'bots cannot fill rooms that matches are played in' });
  }
  return problems;
}

function checkWorld(world: unknown): Problem[] {
  if (world === undefined) return [];
  const path = ['world'];
  const keys = ['width', 'height', 'viewRadius'];
  if (!isObject(world)) {
    return [{ path, text: 'world must be { width, height, viewRadius }, whole numbers from 1' }];
  }
  const problems = unknownKeys(world, path, keys);
  const unknown = problems.length > 0;
  for (const key of keys) {
    if (isWhole(world[key], 1, 65_536) || (unknown && world[key] === undefined)) continue;
    const but = world[key] === undefined ? 'missing' : shown(world[key]);
    const text = `world.${key} must be a whole number from 1 to 65536, but is ${but}`;
    problems.push({ path: [...path, key], text });
  }
  return problems;
}

function isPoolFunction(value: unknown): boolean {
  if (!isObject(value) || typeof value.run !== 'function' || value.run.name === '') return false;
  return typeof value.module === 'string' && URL.canParse(value.module);
}
