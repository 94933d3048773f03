// Loads the module of a game again and again, for the second instances of rooms: the memory of its modules is new
// then, as in a process that recovers a room.
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { performance } from 'node:perf_hooks';
import type { Game } from '../games/index.ts';

/** A copy stays in memory for the life of the process, so each comes after twice the time of the one before. */
const FIRST_MS = 3000;
const COPIES_MAX = 12;
const MARK = '?holdfast-copy=';

/** The server's own folders: games share these modules with it. */
const OWN = [new URL('..', import.meta.url).href, new URL('../../protocol/', import.meta.url).href];

/** Has the modules that a copy imports by a path loaded again, too, but those of the server and of packages. To be
 *  called when the games have been loaded: its hooks run before all others, which know no copies.
 *  @param loadedAt the time before they were loaded. */
export function keepCopiesApart(loadedAt: number): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const [path, ofSpecifier] = split(specifier);
      const [parentURL, ofParent] = split(context.parentURL ?? '');
      const isPath = /^(\.{0,2}\/|file:)/.test(specifier);
      const copy = ofSpecifier ?? (isPath ? ofParent : undefined);
      const found = nextResolve(path, { ...context, parentURL });
      if (copy === undefined || !isOfGame(found)) return found;
      // Of a file that was changed the copy would be of another game.
      if (changedMs(found.url) >= loadedAt) throw new Error(`${found.url} was changed`);
      return { ...found, url: `${found.url}${MARK}${copy}`, shortCircuit: true };
    },
    load(url, context, nextLoad) {
      return nextLoad(split(url)[0], context);
    },
  });
}

/** @returns the URL of the module, and the number of its copy. */
function split(url: string): readonly [url: string, copy: string | undefined] {
  const at = url.lastIndexOf(MARK);
  return at < 0 ? [url, undefined] : [url.slice(0, at), url.slice(at + MARK.length)];
}

function isOfGame({ url, format }: { url: string; format?: string | null | undefined }): boolean {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return false;
  // Node keeps CommonJS modules by their paths.
  return !format?.startsWith('commonjs') && !OWN.some((own) => url.startsWith(own));
}

/** @returns when the file was written or put there; infinity for one that is gone. */
function changedMs(url: string): number {
  return statSync(new URL(url), { throwIfNoEntry: false })?.ctimeMs ?? Number.POSITIVE_INFINITY;
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
      const copy = `${this.url}${MARK}${++this.count}`;
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
