// A game whose hooks fail where they make a call that no room may make.
import type { Game, Room } from '../games/index.ts';
import { type Hook, runHook, runningHook } from './game-code.ts';
import { sharedPath } from './shared-path.ts';

// biome-ignore lint/suspicious/noExplicitAny: hooks of any kind
type AnyHook = (...args: any[]) => unknown;

const STEPS = ['create', 'join', 'leave', 'tick', 'settled', 'migrate'] as const;
const LOOKS = ['ask', 'survey', 'act'] as const;

/** @param isMuted the console output of its hooks is dropped. */
export function trappedGame(game: Game, isMuted: boolean): Game {
  const wrap = (self: object, hook: AnyHook, name: string, kind: Hook['kind'] = 'step') => {
    const of: Hook = { name, kind, isMuted };
    if (kind === 'step') return (...args: unknown[]) => runHook(of, () => hook.apply(self, args));
    return (room: Room, ...more: unknown[]) => {
      watchChanges(room);
      return runHook(of, () => hook.call(self, room, ...more));
    };
  };
  const result: Record<string, unknown> = { ...game };
  for (const name of STEPS) if (game[name]) result[name] = wrap(game, game[name] as AnyHook, name);
  const { about, bots } = game;
  result.state = ownState(wrap(game, game.state, 'state'));
  if (about) result.about = wrap(game, about, 'about', 'look');
  if (bots) {
    const looks = LOOKS.map((name) => [name, wrap(bots, bots[name], `bots.${name}`, 'bots')]);
    result.bots = { ...bots, ...Object.fromEntries(looks) };
  }
  result.commands = Object.fromEntries(
    Object.entries(game.commands as Game['commands']).map(([name, command]) => {
      return [name, { ...command, run: wrap(command, command.run, `the command ${name}`) }];
    }),
  );
  return result as unknown as Game;
}

/** The memory of a new room must not be shared with another room, or with the module. */
function ownState(state: AnyHook): () => unknown {
  return () => {
    const given = state();
    const path = sharedPath(given, state());
    if (path === undefined) return given;
    throw new Error(
      `state() gave two rooms the same object as ${path}: a change in one room would show in the other, until ` +
        'one of them is recovered; make the object inside of state()',
    );
  };
}

const watched = new WeakSet<Room>();

/** Hooks that only look run between the steps, and no recovery repeats them. */
function watchChanges(room: Room): void {
  if (watched.has(room)) return;
  watched.add(room);
  watchCalls('room.random', room.random, ['float', 'integer', 'pick']);
  watchCalls('room.bank', room.bank, ['deposit', 'withdraw', 'balance']);
  watchCalls('room', room, ['setAvatar', 'send', 'broadcast', 'end']);
}

function watchCalls<T extends object>(
  path: string,
  of: T,
  names: readonly (keyof T & string)[],
): void {
  for (const name of names) {
    const original = of[name] as AnyHook;
    const value = (...args: unknown[]): unknown => {
      const hook = runningHook();
      if (!hook || hook.kind === 'step') return original.apply(of, args);
      throw new Error(
        `${path}.${name}() in ${hook.name}: ${hook.name} only looks at the room, since it runs between the steps ` +
          'and no recovery repeats it: do this in join, leave, tick or a command',
      );
    };
    Object.defineProperty(of, name, { value, configurable: true });
  }
}
