// Loads game modules, the ones that ship or those given, and says what is wrong with one.
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkGame, type Game, isObject, shippedGames } from '../games/index.ts';
import { checkLoaded } from './check-loaded.ts';
import { EXTENSIONS_TEXT, importProblem } from './import-problem.ts';
import { lineOfKey } from './key-place.ts';
import { resolveHoldfast } from './resolve-holdfast.ts';

/** A game cannot be used; the message says which and why. */
export class GameLoadError extends Error {
  override readonly name = 'GameLoadError';
  readonly code = 'BAD_GAME';
}

/** @param paths modules to load; none: the games that ship.
 *  @returns the games by name, in order.
 *  @throws {GameLoadError} for the first that is not as it should be. */
export async function loadGames(paths: readonly string[]): Promise<Map<string, Game>> {
  if (paths.length === 0) return new Map(shippedGames.map((game) => [game.name, game]));
  resolveHoldfast();
  const games = new Map<string, Game>();
  const pathOfName = new Map<string, string>();
  for (const path of paths) {
    const value = await importGame(path);
    const problems = checkGame(value);
    if (problems.length === 0) problems.push(...(await checkLoaded(value as Game)));
    const source = problems.length > 0 ? read(path) : '';
    const sentences = problems.map(({ path: keys, text }) => {
      return `${at(path, { file: resolve(path), line: lineOfKey(source, keys) })}: ${text}`;
    });
    if (sentences.length > 0) throw new GameLoadError(`game ${sentences.join('; ')}`);
    const game = value as Game;
    const other = pathOfName.get(game.name);
    if (other !== undefined) {
      const place = at(path, { file: resolve(path), line: lineOfKey(read(path), ['name']) });
      throw new GameLoadError(
        `game ${place}: ${other} is named ${game.name} too: rename one of them`,
      );
    }
    pathOfName.set(game.name, path);
    games.set(game.name, frozen(game));
  }
  return games;
}

/** A hook or command that writes to `this` would have a memory that all rooms share, and that no restart keeps. */
function frozen(game: Game): Game {
  for (const command of Object.values(game.commands)) Object.freeze(command);
  Object.freeze(game.commands);
  return Object.freeze(game);
}

async function importGame(path: string): Promise<unknown> {
  if (path.endsWith('.json')) throw new GameLoadError(`game ${path}: ${EXTENSIONS_TEXT}`);
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    const { file = resolve(path), line, text } = importProblem(resolve(path), cause);
    const isOwn = file === resolve(path);
    const place = at(path, { file, line });
    throw new GameLoadError(`game ${isOwn ? place : `${path}: ${place}`}: ${text}`, { cause });
  }
  const { default: game } = module;
  // A CommonJS file that was compiled from a module.
  if (isObject(game) && game.__esModule === true && game.default !== undefined) return game.default;
  if (game !== undefined) return game;
  const games = Object.keys(module).filter(
    (name) => isObject(module[name]) && 'commands' in module[name],
  );
  const hint =
    games.length > 1
      ? `it exports ${games.join(', ')}: a module has one game: put each into a file of its own, as export default defineGame({…})`
      : `write export default defineGame({…})${games.length === 1 ? ` instead of export const ${games[0]}` : ''}`;
  throw new GameLoadError(`game ${path}: it has no default export: ${hint}`);
}

/** The place as the operator named the game: by a relative path, or by an absolute one. */
function at(given: string, { file, line }: { file: string; line: number | undefined }): string {
  const isOwn = file === resolve(given);
  const path = isOwn ? given : isAbsolute(given) ? file : relative(process.cwd(), file);
  return line === undefined ? path : `${path}:${line}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
