// Names of commands that hang again and again in one room: commands of such a name are refused for a while
// before they are written down, so that one player cannot stop all rooms with each command it sends.
import { performance } from 'node:perf_hooks';
import type { Input } from './inputs.ts';

/** Hangs of one name within `WHILE_MS` from which on commands of the name are refused for as long. */
const HANGS_MAX = 2;
const WHILE_MS = 10 * 60_000;
/** Names that may hang in a room within an hour; with one more it is the room that is at fault. */
const NAMES_MAX = 3;
const HOUR_MS = 60 * 60_000;

interface Hangs {
  /** The last ones. */
  readonly at: readonly number[];
  readonly refusedUntil: number;
}

/** Bounded by the game's commands: only a command that the game has can hang. */
export class HangingCommands {
  private readonly byName = new Map<string, Hangs>();

  /** A command of the name was proven to hang. */
  note(name: string): void {
    const now = performance.now();
    const earlier = this.byName.get(name)?.at ?? [];
    const at = [...earlier.filter((time) => now - time < WHILE_MS), now].slice(-HANGS_MAX);
    const refusedUntil = at.length >= HANGS_MAX ? now + WHILE_MS : 0;
    this.byName.set(name, { at, refusedUntil });
  }

  /** Whether commands of too many names hang. */
  get isTooMany(): boolean {
    const since = performance.now() - HOUR_MS;
    let names = 0;
    for (const { at } of this.byName.values()) if (at.at(-1)! > since) names++;
    return names > NAMES_MAX;
  }

  isRefused(input: Input): boolean {
    if (input.kind !== 'command') return false;
    const hangs = this.byName.get(input.name);
    return hangs !== undefined && performance.now() < hangs.refusedUntil;
  }

  /** @returns the inputs as they are to be written down. */
  screen(inputs: Input[]): Input[] {
    if (this.byName.size === 0 || !inputs.some((input) => this.isRefused(input))) return inputs;
    return inputs.map((input) =>
      input.kind === 'command' && this.isRefused(input)
        ? { kind: 'refused', player: input.player, seq: input.seq }
        : input,
    );
  }
}
