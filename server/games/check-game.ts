// Says what is wrong with a game, so that its author knows before anyone plays.
import { FIELDS_MAX, fieldTypes, KINDS_MAX } from '../../protocol/index.ts';

const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const ITEM = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
/** Properties that an entity has of its own. */
const RESERVED = new Set(['id', 'removed', 'values', 'mask', 'fresh', 'kind', 'constructor']);
const MATCH_PLAYERS_MAX = 64;
const HOOKS = ['about', 'create', 'join', 'leave', 'tick', 'settled', 'migrate'] as const;

/** @returns one sentence for each thing that is wrong; empty for a game that can be used. */
export function checkGame(value: unknown): string[] {
  if (!isObject(value)) return ['it is not an object: export default defineGame({…})'];
  const problems: string[] = [];
  const need = (holds: boolean, text: string): void => {
    if (!holds) problems.push(text);
  };
  need(
    typeof value.name === 'string' && WORD.test(value.name),
    'name must be 1 to 40 letters, digits, - or _, beginning with a letter',
  );
  need(typeof value.text === 'string', 'text must be a sentence about the game');
  need(isWhole(value.ticksPerSecond, 0, 60), 'ticksPerSecond must be a whole number, 0 to 60');
  need(isWhole(value.playersMax, 1, 100_000), 'playersMax must be a whole number from 1');
  need(
    typeof value.state === 'function',
    'state must be a function that gives the memory of a new room',
  );
  const { stateVersion = 0, migrate } = value;
  need(
    isWhole(stateVersion, 0, Number.MAX_SAFE_INTEGER),
    'stateVersion must be a whole number from 0',
  );
  need(
    migrate === undefined || stateVersion !== 0,
    'migrate is for rooms of an older version: give the game a stateVersion from 1',
  );
  for (const hook of HOOKS) {
    const given = value[hook];
    need(given === undefined || typeof given === 'function', `${hook} must be a function`);
  }
  for (const hook of ['state', ...HOOKS]) problems.push(...checkSync(hook, value[hook]));
  const { prepare, items = [] } = value;
  need(
    prepare === undefined || isPoolFunction(prepare),
    'prepare must be { module: import.meta.url, run }, with run exported under its own name',
  );
  need(
    Array.isArray(items) && items.every((item) => typeof item === 'string' && ITEM.test(item)),
    'items must be a list of names of 1 to 40 letters, digits or -, beginning with a letter',
  );
  problems.push(
    ...checkMatch(value.match, value.playersMax),
    ...checkBots(value),
    ...checkWorld(value.world),
    ...checkEntities(value.entities),
    ...checkCommands(value.commands),
  );
  return [...new Set(problems)];
}

/** A step of a room ends when the function returns: a room cannot wait for a promise, and would neither write nor
 *  replay the changes that come after it. */
function checkSync(name: string, given: unknown): string[] {
  const tag = Object.prototype.toString.call(given);
  if (tag === '[object AsyncFunction]' || tag === '[object AsyncGeneratorFunction]') {
    return [
      `${name} must not be async: its work has to be done when it returns; slow work goes into prepare or bots.plan`,
    ];
  }
  if (tag !== '[object GeneratorFunction]') return [];
  return [`${name} must be a plain function: a generator (with *) does nothing when it is called`];
}

function checkMatch(match: unknown, playersMax: unknown): string[] {
  if (match === undefined) return [];
  const most = Math.min(MATCH_PLAYERS_MAX, Number(playersMax) || MATCH_PLAYERS_MAX);
  if (isObject(match) && isWhole(match.players, 2, most)) return [];
  return ['match must have players: a whole number from 2 to 64, and at most playersMax'];
}

function checkBots({ bots, match, ticksPerSecond }: Record<string, unknown>): string[] {
  if (bots === undefined) return [];
  const isRight =
    isObject(bots) &&
    isPoolFunction(bots.plan) &&
    [bots.ask, bots.survey, bots.act].every((hook) => typeof hook === 'function');
  const problems = isRight ? [] : ['bots must be { ask, survey, plan, act }, as Bots says'];
  if (isObject(bots)) {
    for (const hook of ['ask', 'survey', 'act']) {
      problems.push(...checkSync(`bots.${hook}`, bots[hook]));
    }
  }
  if (ticksPerSecond === 0) problems.push('bots are for a game with ticks: they act between them');
  if (match !== undefined) problems.push('bots cannot fill rooms that matches are played in');
  return problems;
}

function checkWorld(world: unknown): string[] {
  if (world === undefined) return [];
  const isRight =
    isObject(world) &&
    isWhole(world.width, 1, 65_536) &&
    isWhole(world.height, 1, 65_536) &&
    isWhole(world.viewRadius, 1, 65_536);
  return isRight ? [] : ['world must have width, height and viewRadius: whole numbers from 1'];
}

function checkEntities(entities: unknown): string[] {
  if (!isObject(entities)) return ['entities must be an object: a kind’s name and its fields'];
  const kinds = Object.entries(entities);
  const problems = kinds.length > KINDS_MAX ? [`there may be at most ${KINDS_MAX} kinds`] : [];
  for (const [kind, fields] of kinds) {
    if (!WORD.test(kind)) problems.push(`entities: ${kind} is no name for a kind`);
    if (isObject(fields)) problems.push(...checkFields(kind, fields));
    else problems.push(`entities.${kind} must be an object: a field’s name and its type`);
  }
  return problems;
}

function checkFields(kind: string, fields: Record<string, unknown>): string[] {
  const problems: string[] = [];
  const names = Object.keys(fields);
  if (names.length > FIELDS_MAX) {
    problems.push(`entities.${kind} may have at most ${FIELDS_MAX} fields`);
  }
  for (const name of names) {
    const given = fields[name];
    const type = isObject(given) ? given.hidden : given;
    if (!WORD.test(name) || RESERVED.has(name)) {
      problems.push(`entities.${kind}: ${name} is no name for a field`);
    }
    if (typeof type !== 'string' || !Object.hasOwn(fieldTypes, type)) {
      const known = Object.keys(fieldTypes).join(', ');
      problems.push(`entities.${kind}.${name} must be one of ${known}, or hidden(one of them)`);
    }
  }
  return problems;
}

function checkCommands(commands: unknown): string[] {
  if (!isObject(commands)) return ['commands must be an object: a name, and {args, run}'];
  const problems: string[] = [];
  for (const [name, command] of Object.entries(commands)) {
    if (!WORD.test(name)) problems.push(`commands: ${name} is no name for a command`);
    if (!isObject(command) || typeof command.run !== 'function') {
      problems.push(`commands.${name}.run must be a function (room, player, args)`);
    } else if (!isObject(command.args) || command.args.type !== 'object') {
      problems.push(`commands.${name}.args must be a schema made with Type.Object({…})`);
    }
    if (isObject(command)) problems.push(...checkSync(`commands.${name}.run`, command.run));
  }
  return problems;
}

function isPoolFunction(value: unknown): boolean {
  if (!isObject(value) || typeof value.run !== 'function' || value.run.name === '') return false;
  return typeof value.module === 'string' && URL.canParse(value.module);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
