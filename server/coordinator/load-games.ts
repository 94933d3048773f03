// Loads game modules, the ones that ship or those given, and says what is wrong with one.
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkGame, type Game, shippedGames } from '../games/index.ts';
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
  const games = new Map<string, Game>();
  const loaded: [string, unknown][] = [];
  if (paths.length > 0) resolveHoldfast();
  else for (const game of shippedGames) loaded.push([game.name, game]);
  for (const path of paths) loaded.push([path, await importGame(path)]);
  for (const [path, value] of loaded) {
    const problems = checkGame(value);
    if (problems.length > 0) throw new GameLoadError(`game ${path}: ${problems.join('; ')}`);
    const game = value as Game;
    if (games.has(game.name)) {
      throw new GameLoadError(`game ${path}: another game is named ${game.name}: rename one`);
    }
    games.set(game.name, game);
  }
  return games;
}

async function importGame(path: string): Promise<unknown> {
  const url = pathToFileURL(resolve(path)).href;
  let module: { default?: unknown };
  try {
    module = await import(url);
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(fileURLToPath(url));
    const what = missing ? 'there is no such file' : `it cannot be loaded: ${message}`;
    throw new GameLoadError(`game ${path}: ${what}`, { cause });
  }
  if (module.default === undefined) {
    throw new GameLoadError(`game ${path}: it has no default export: export default defineGame(…)`);
  }
  return module.default;
}
