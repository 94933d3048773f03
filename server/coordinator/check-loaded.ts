// Checks of a game that run code of it: its first state, and what its pool functions are exported as.
import { type Game, isObject, type PoolFunction, type Problem } from '../games/index.ts';
import { placeText } from './author-place.ts';
import { unwritable } from './unwritable.ts';

/** @param game one without problems so far. */
export async function checkLoaded(game: Game): Promise<Problem[]> {
  return [
    ...checkState(game),
    ...(await checkPoolFunction(['prepare'], game.prepare)),
    ...(await checkPoolFunction(['bots', 'plan'], game.bots?.plan)),
  ];
}

function checkState(game: Game): Problem[] {
  const path = ['state'];
  let state: unknown;
  try {
    state = game.state();
  } catch (error) {
    const place = placeText(error);
    const text = `state throws${place === '' ? '' : ` at ${place}`}: ${String(error).slice(0, 200)}`;
    return [{ path, text }];
  }
  const text = unwritable(state, 'state').problem;
  return text === undefined ? [] : [{ path, text }];
}

/** The module of a pool function is mostly one that the game has imported anyway. */
async function checkPoolFunction(
  path: readonly string[],
  of: PoolFunction<never, unknown> | undefined,
): Promise<Problem[]> {
  if (!of) return [];
  const { module, run } = of;
  const key = path.join('.');
  try {
    const exported: unknown = await import(module);
    if (isObject(exported) && typeof exported[run.name] === 'function') return [];
    const text = `${key}.run is ${run.name}, which ${module} does not export: write export function ${run.name}`;
    return [{ path: [...path, 'run'], text: text.replace(/file:\/\//, '') }];
  } catch (error) {
    const text = `${key}.module cannot be imported: ${String(error).slice(0, 200)}`;
    return [{ path: [...path, 'module'], text }];
  }
}
