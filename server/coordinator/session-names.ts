// Sessions by the names of their players, of which many may have the same.
import type { Session } from './session.ts';

export class SessionNames {
  private readonly byName = new Map<string, Set<Session>>();

  add(session: Session): void {
    const namesakes = this.byName.get(session.name);
    if (namesakes) namesakes.add(session);
    else this.byName.set(session.name, new Set([session]));
  }

  remove(session: Session): void {
    const namesakes = this.byName.get(session.name);
    namesakes?.delete(session);
    if (namesakes?.size === 0) this.byName.delete(session.name);
  }

  /** @returns `max` sessions of the name at most, the oldest first. */
  some(name: string, max: number): Session[] {
    const found: Session[] = [];
    for (const session of this.byName.get(name) ?? []) {
      if (found.length === max) break;
      found.push(session);
    }
    return found;
  }
}
