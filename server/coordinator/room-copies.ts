// The copies of one room that workers hold: opens them, keeps them up to date, closes them.
import { type CopyShape, shapeHash, type ViewChange } from '../link/index.ts';
import { NO_CHANGES } from './room-entities.ts';
import type { Changes, RoomState } from './room-state.ts';
import type { Session, WorkerLink } from './session.ts';

enum CopyState {
  /** Members of this worker wait for their place; it has no copy yet. */
  Wanted,
  /** It has everything up to the last publication. */
  Current,
  /** It was too slow to take a publication and must be given everything again. */
  Behind,
}

interface Copy {
  state: CopyState;
  /** Members of the room that are connected to this worker. */
  members: number;
}

/** What the room's step to one tick has changed. */
export interface Past extends Changes {
  readonly tick: number;
}

/** What the last step of an earlier process has changed. */
export interface LastChanges extends Past {
  /** The last tick before that has changed anything. */
  readonly since: number;
}

/** How long after its beginning a room can bring copies up to date that workers have kept from an
 *  earlier process. */
const CONTINUES_MS = 5000;
/** A room in which nothing changes shows so often that it lives. */
const QUIET_MS = 1000;

export class RoomCopies {
  private readonly shape: CopyShape;
  private readonly of: { readonly state: RoomState };
  private readonly members: () => Iterable<Session>;
  private readonly copies = new Map<WorkerLink, Copy>();
  private readonly hash: string;
  private readonly begunAt = performance.now();
  private publishedAt = 0;
  /** Members with commands applied since the last publication. */
  private readonly acked = new Set<Session>();
  /** Members whose view has changed since the last publication. */
  private readonly viewing = new Set<Session>();
  /** Copies at this tick or a later one can be brought up to date. */
  private readonly firstTick: number;
  /** What has changed since then; empty once nobody can need it any more. */
  private past: Past[];

  /** @param of has the room's present state.
   *  @param members all that have a place in the room.
   *  @param canContinue whether copies of an earlier process are of use.
   *  @param last what nobody may have been told of. */
  constructor(
    shape: CopyShape,
    of: { readonly state: RoomState },
    members: () => Iterable<Session>,
    canContinue: boolean,
    last?: LastChanges,
  ) {
    this.shape = shape;
    this.of = of;
    this.members = members;
    this.hash = shapeHash(shape);
    this.past = last ? [last] : [];
    const { since = of.state.changedTick } = last ?? {};
    this.firstTick = canContinue ? since : Number.POSITIVE_INFINITY;
  }

  /** Whether a copy that the worker has kept can be brought up to date. */
  canContinue(link: WorkerLink): boolean {
    if (this.copies.get(link)?.state === CopyState.Current) return true;
    const kept = link.keptCopy(this.shape.room);
    if (!kept || this.copies.has(link)) return false;
    const [, tick, hash] = kept;
    const isTooLate = performance.now() - this.begunAt > CONTINUES_MS;
    return tick >= this.firstTick && hash === this.hash && !isTooLate;
  }

  /** Brings a copy that the worker has kept up to date, and what it knows of the member's view. */
  continue(link: WorkerLink, session: Session): void {
    const { room } = this.shape;
    const kept = link.keptCopy(room)?.[1] ?? 0;
    const copy = this.copies.get(link);
    if (copy?.state === CopyState.Wanted) {
      copy.state = CopyState.Current;
      for (const { tick, left, entered, changed } of this.past) {
        if (tick <= kept) continue;
        const rows = { left, entered, changed };
        link.send({ type: 'delta', room, tick, ...rows, acks: [], views: [] });
      }
    }
    const { state } = this.of;
    if ((state.viewOf(session.id)?.tick ?? 0) <= kept) return;
    const views = this.viewsByLink([session]).get(link) ?? [];
    const { tick } = state.room;
    link.send({ type: 'delta', room, tick, ...NO_CHANGES, acks: [], views });
  }

  /** A member is connected to `link` from now on. */
  add(link: WorkerLink): void {
    const copy = this.copies.get(link);
    if (copy) copy.members++;
    else this.copies.set(link, { state: CopyState.Wanted, members: 1 });
  }

  /** A member is no longer connected to `link`. */
  remove(link: WorkerLink): void {
    const copy = this.copies.get(link);
    if (!copy || --copy.members > 0) return;
    this.copies.delete(link);
    link.send({ type: 'shut', room: this.shape.room });
  }

  /** Makes sure that the worker has a copy before it is told of a member. */
  need(link: WorkerLink): void {
    const copy = this.copies.get(link);
    if (copy?.state === CopyState.Wanted) this.open(link, copy);
    else if (copy?.state === CopyState.Behind) this.reopen(link, copy);
  }

  /** Whether nothing was published for so long that even nothing new is to be. */
  get isQuiet(): boolean {
    return performance.now() - this.publishedAt >= QUIET_MS;
  }

  /** The next publication tells the member up to which of its commands the room has applied. */
  acknowledge(session: Session): void {
    this.acked.add(session);
  }

  /** The next publication tells the member's worker what the member sees from then on. */
  showView(session: Session): void {
    this.viewing.add(session);
  }

  /** Brings every copy to the present tick; where nothing has changed, once in a while.
   *  @param always even then. */
  publish(changes: Changes, always = false): void {
    const { left, entered, changed } = changes;
    const members = this.acked.size + this.viewing.size;
    const isEmpty = left.length + entered.length + changed.length + members === 0;
    if (isEmpty && !always && !this.isQuiet) return;
    const now = performance.now();
    this.publishedAt = now;
    const acks = this.acksByLink(this.acked);
    const views = this.viewsByLink(this.viewing);
    this.acked.clear();
    this.viewing.clear();
    const { room } = this.shape;
    const { tick } = this.of.state.room;
    if (now - this.begunAt <= CONTINUES_MS) this.past.push({ tick, ...changes });
    else this.past = [];
    for (const [link, copy] of this.copies) {
      if (copy.state === CopyState.Wanted) continue;
      if (link.congested) {
        copy.state = CopyState.Behind;
        continue;
      }
      if (copy.state === CopyState.Behind) this.reopen(link, copy);
      else {
        const of = { acks: acks.get(link) ?? [], views: views.get(link) ?? [] };
        link.send({ type: 'delta', room, tick, ...changes, ...of });
      }
    }
  }

  /** Workers are told now, and not after what other rooms do in this turn. */
  flush(): void {
    for (const link of this.copies.keys()) link.flush();
  }

  /** Sends an event to every member that is connected. */
  broadcast(name: string, data: unknown): void {
    for (const link of this.copies.keys()) {
      link.send({ type: 'event', room: this.shape.room, connections: [], name, data });
    }
  }

  private open(link: WorkerLink, copy: Copy): void {
    copy.state = CopyState.Current;
    const { state } = this.of;
    link.send({
      type: 'opened',
      ...this.shape,
      tick: state.room.tick,
      entered: state.allRows(),
    });
  }

  /** The acknowledgements and views that were left out with the deltas are made up for, too. */
  private reopen(link: WorkerLink, copy: Copy): void {
    this.open(link, copy);
    const acks = this.acksByLink(this.members()).get(link) ?? [];
    const views = this.viewsByLink(this.members()).get(link) ?? [];
    const { room } = this.shape;
    link.send({ type: 'delta', room, tick: this.of.state.room.tick, ...NO_CHANGES, acks, views });
  }

  private viewsByLink(viewing: Iterable<Session>): Map<WorkerLink, ViewChange[]> {
    const views = new Map<WorkerLink, ViewChange[]>();
    for (const session of viewing) {
      const { link, connection } = session;
      const view = this.of.state.viewOf(session.id);
      if (!link || !view) continue;
      const change: ViewChange = [connection, view.avatar, view.sight];
      const here = views.get(link);
      if (here) here.push(change);
      else views.set(link, [change]);
    }
    return views;
  }

  private acksByLink(acked: Iterable<Session>): Map<WorkerLink, number[]> {
    const acks = new Map<WorkerLink, number[]>();
    for (const session of acked) {
      const { link, connection } = session;
      const applied = this.of.state.ledgerOf(session.id)?.applied;
      if (!link || applied === undefined) continue;
      const pairs = acks.get(link);
      if (pairs) pairs.push(connection, applied);
      else acks.set(link, [connection, applied]);
    }
    return acks;
  }
}
