// The players that were in a room, for the description that is kept when it has ended.

/** More names than this are only counted: a room that is always open has players without a bound. */
const NAMES_MAX = 100;

export class Visitors {
  /** The last ones. */
  private readonly names = new Map<number, string>();
  /** How many further ones there were. A player that came back after many others counts twice. */
  private more = 0;

  add(player: number, name: string): void {
    this.names.delete(player);
    this.names.set(player, name);
    if (this.names.size <= NAMES_MAX) return;
    const [first] = this.names.keys();
    this.names.delete(first!);
    this.more++;
  }

  get players(): readonly string[] {
    return [...this.names.values()];
  }

  get morePlayers(): number {
    return this.more;
  }
}
