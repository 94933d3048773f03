// Loads the module of a game again and again, for the second instances of rooms: the memory of its modules is new
// then, as in a process that recovers a room.
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Game } from '../games/index.ts';

/** A copy stays in memory for the life of the process, so each comes after twice the time of the one before. */
const FIRST_MS = 3000;
const COPIES_MAX = 12;
const QUERY = 'holdfast-copy';

/** The server's own folders: games share these modules with it. */
const OWN = [new URL('..', import.meta.url).href, new URL('../../protocol/', import.meta.url).href];

/** Modules of games by URL, and when each was changed before it was loaded. */
const changedMs = new Map<string, number>();

/** Has the modules that a copy imports by a path loaded again, too. To be called before games are loaded. */
export function keepCopiesApart(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context);
      if (!/^(\.{0,2}\/|file:)/.test(specifier)) return found;
      const parent = new URL(context.parentURL ?? 'file:');
      const copy = parent.searchParams.get(QUERY);
      parent.search = '';
      const { url } = found;
      const isGames = changedMs.has(parent.href) && !OWN.some((own) => url.startsWith(own));
      if (!isGames || !url.startsWith('file:')) return found;
      if (!url.includes('?')) noteModule(url);
      return copy === null || url.includes('?')
        ? found
        : { ...found, url: `${url}?${QUERY}=${copy}` };
    },
  });
}

/** To be called with the URL of a game's module before it is loaded. */
export function noteModule(url: string): void {
  if (!changedMs.has(url)) changedMs.set(url, timeOf(url));
}

export class GameCopies {
  private readonly url: string;
  private readonly made: (game: Game) => Game;
  private latest: Game;
  private count = 0;
  private isLoading = false;
  private intervalMs = FIRST_MS;
  private nextAt = performance.now() + FIRST_MS;

  /** @param url the module of the game.
   *  @param first until there is a copy.
   *  @param made what is given in the place of a copy. */
  constructor(url: string, first: Game, made: (game: Game) => Game) {
    this.url = url;
    this.latest = first;
    this.made = made;
  }

  /** @returns the newest copy. Another one is loaded from time to time. */
  get(): Game {
    const now = performance.now();
    if (!this.isLoading && now >= this.nextAt && this.count < COPIES_MAX) void this.load();
    return this.latest;
  }

  private async load(): Promise<void> {
    this.isLoading = true;
    try {
      // A copy of changed files would be another game.
      if (![...changedMs].every(([url, ms]) => timeOf(url) === ms)) return;
      const copy = `${this.url}?${QUERY}=${++this.count}`;
      const { default: game } = (await import(copy)) as { default: Game };
      this.latest = this.made(game);
    } catch {
      // The copy before is still one that can be used.
    } finally {
      this.isLoading = false;
      this.intervalMs *= 2;
      this.nextAt = performance.now() + this.intervalMs;
    }
  }
}

/** @returns 0 for a file that is not there. */
function timeOf(url: string): number {
  return statSync(fileURLToPath(url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
