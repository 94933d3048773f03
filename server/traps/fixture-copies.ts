// Loads a game as the server does with --verify-determinism, then a copy of its modules, and prints the calls of a
// command in both.
import { pathToFileURL } from 'node:url';
import type { Game } from '../games/index.ts';
import { Refusal } from '../games/refusal.ts';
import { loadTrappedGames } from './index.ts';

const [path, isChanged] = process.argv.slice(2) as [string, string?];
const [game] = (await loadTrappedGames([path])).values();
if (isChanged) (await import('node:fs')).appendFileSync(path, '\n');

/** The counts of the game's two modules. */
function calls({ commands: { count } }: Game): unknown {
  return [1, 2].map(() => {
    try {
      return count!.run({} as never, {} as never, {} as never);
    } catch (error) {
      return error instanceof Refusal ? `refused: ${error.message}` : String(error);
    }
  });
}

const live = calls(game!);
const copy = await import(`${pathToFileURL(path).href}?holdfast-copy=1`).then(
  (module: { default: Game }) => calls(module.default),
  (error: Error) => error.message,
);
process.stdout.write(JSON.stringify({ live, copy }));
