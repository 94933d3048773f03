// Worlds on a simulated machine: prepared by nobody, after a while, if the coordinator lives so long.
import type { Game } from '../games/index.ts';
import { machine, self } from './test-machine.ts';

const MS_MAX = 600;

export function prepareInPool({ prepare }: Game, seed: number): Promise<unknown> {
  const of = machine();
  return new Promise((resolve) => {
    of.after(of.delay(MS_MAX), self(), () => resolve(prepare!.run(seed as never)));
  });
}
