// The door of traps/: loads games so that they fail, with a sentence for their authors, on calls that make a room
// no function of its inputs. Only for `--verify-determinism`: nothing of it is loaded otherwise.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CheckedGame, loadGames } from '../coordinator/index.ts';
import type { Game } from '../games/index.ts';
import { GameCopies, keepCopiesApart } from './game-copies.ts';
import { installTraps } from './install-traps.ts';
import { trappedGame } from './trapped-game.ts';

export { ForbiddenCallError } from './game-code.ts';
export { installTraps } from './install-traps.ts';
export { trappedGame } from './trapped-game.ts';

/** As `loadGames`, and puts traps into this process, for its life. */
export async function loadTrappedGames(paths: readonly string[]): Promise<Map<string, Game>> {
  installTraps();
  const urls = paths.map((path) => pathToFileURL(resolve(path)).href);
  const loadedAt = Date.now();
  const games = await loadGames(paths);
  if (urls.length > 0) keepCopiesApart(loadedAt);
  // The games are in the order of their paths.
  return new Map([...games].map(([name, game], i) => [name, checkedGame(game, urls[i])]));
}

function checkedGame(game: Game, url: string | undefined): CheckedGame {
  const first = trappedGame(game, true);
  const copies = url && new GameCopies(url, first, (copy) => trappedGame(copy, true));
  return { ...trappedGame(game, false), forSecondInstance: () => (copies ? copies.get() : first) };
}
