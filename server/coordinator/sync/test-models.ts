// The simplest that each primitive could be: lists that are searched from the beginning every time.

export interface ModelRequest {
  readonly owner: string;
  readonly request: number;
  readonly kind: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the fields of whatever request it is.
  readonly fields: any;
}
interface Wait extends ModelRequest {
  readonly order: number;
  at: number;
  stage: string;
}
/** Owner, request, and the value or the code. */
export type Said = readonly [string, number, unknown];

export abstract class Model {
  now = 0;
  said: Said[] = [];
  /** Everyone who waits, in the order in which they began. */
  protected waits: Wait[] = [];
  protected order = 0;

  /** Does it, where it can be done now; says the answer and whether it was done. */
  protected abstract serve(wait: Wait): boolean;
  protected abstract leave(owner: string): void;
  protected codeOfTimeout(_wait: Wait): string {
    return 'TIMEOUT';
  }
  hear(_owner: string): void {}

  ask(asked: ModelRequest): void {
    const { timeoutMs = null } = asked.fields;
    const at = timeoutMs === null ? Number.POSITIVE_INFINITY : this.now + timeoutMs;
    const wait = { ...asked, at, order: ++this.order, stage: asked.kind };
    if (!this.serve(wait)) {
      if (timeoutMs === 0) this.timeOut(wait);
      else this.waits.push(wait);
    }
    this.settle();
  }

  cancel(owner: string, request: number): void {
    const wait = this.waits.find((one) => one.owner === owner && one.request === request);
    if (wait) this.abort(wait);
    this.settle();
  }

  gone(owner: string): void {
    this.waits = this.waits.filter((wait) => wait.owner !== owner);
    this.leave(owner);
    this.settle();
  }

  /** What becomes due until then, one after another. */
  advance(now: number): void {
    this.now = now;
    for (;;) {
      const due = this.deadlines().filter((one) => one.at <= now);
      const first = due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!first) return;
      first.run();
      this.settle();
    }
  }

  protected deadlines(): { at: number; order: number; run: () => void }[] {
    return this.waits.map((wait) => ({
      at: wait.at,
      order: wait.order,
      run: () => {
        this.remove(wait);
        this.timeOut(wait);
      },
    }));
  }

  nextDeadline(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.deadlines().map((one) => one.at));
  }

  protected timeOut(wait: Wait): void {
    this.say(wait, this.codeOfTimeout(wait));
  }

  protected abort(wait: Wait): void {
    this.remove(wait);
    this.say(wait, 'ABORTED');
  }

  protected say({ owner, request }: ModelRequest, answer: unknown = null): true {
    this.said.push([owner, request, answer]);
    return true;
  }

  protected remove(wait: Wait): void {
    this.waits = this.waits.filter((one) => one !== wait);
  }

  protected settle(): void {
    for (;;) {
      const served = this.waits.find((wait) => this.serve(wait));
      if (!served) return;
      this.remove(served);
    }
  }
}

interface Hold {
  readonly owner: string;
  readonly task: number;
  levels: number;
  readonly fence: number;
  lease: { at: number; order: number } | undefined;
  leaseMs: number;
}

/** `a`, `b` locks; `r` an rlock; `c` a condition of `r`. */
export class LockModel extends Model {
  readonly holds = new Map<string, Hold>();
  private fence = 0;

  protected serve(wait: Wait): boolean {
    const { fields, owner, stage } = wait;
    const name = wait.name === 'c' ? 'r' : wait.name;
    const hold = this.holds.get(name);
    const mine = hold && hold.owner === owner && hold.task === fields.task ? hold : undefined;
    switch (stage) {
      case 'acquire':
        if (!hold) {
          return this.say(wait, this.hold(wait, name, 1, fields.leaseMs));
        }
        if (mine && name === 'r') {
          mine.levels++;
          if (fields.leaseMs > 0) this.lease(mine, fields.leaseMs);
          return this.say(wait, mine.fence);
        }
        if (fields.timeoutMs === 0 || this.waits.includes(wait)) return false;
        return this.closesCircle(wait, hold) && this.say(wait, 'DEADLOCK');
      case 'release':
        if (!mine) return this.say(wait, 'NOT_OWNER');
        mine.levels--;
        if (mine.levels === 0) this.holds.delete(name);
        return this.say(wait);
      case 'notify': {
        if (!mine) return this.say(wait, 'NOT_OWNER');
        const waiting = this.waits.filter((one) => one.stage === 'waiting');
        const first = waiting.slice(0, fields.count || waiting.length);
        for (const one of first) this.sendBack(one, 'notified');
        return this.say(wait, first.length);
      }
      case 'wait':
        if (!mine) return this.say(wait, 'NOT_OWNER');
        wait.fields.hold = mine;
        this.holds.delete(name);
        wait.stage = 'waiting';
        return false;
      case 'waiting':
        return false;
      default: {
        if (hold) return false;
        const fence = this.hold(wait, name, fields.hold.levels, fields.hold.leaseMs);
        return this.say(
          wait,
          stage === 'aborted' ? 'ABORTED' : { fence, notified: stage === 'notified' },
        );
      }
    }
  }

  protected leave(owner: string): void {
    for (const name of ['a', 'b', 'r']) {
      if (this.holds.get(name)?.owner === owner) this.holds.delete(name);
      this.settle();
    }
  }

  protected override deadlines() {
    const leases = [...this.holds].flatMap(([name, { owner, fence, lease }]) => {
      const run = () => {
        this.holds.delete(name);
        this.said.push([owner, 0, `lost ${name} ${fence}`]);
      };
      return lease ? [{ ...lease, run }] : [];
    });
    return [...super.deadlines(), ...leases];
  }

  protected override timeOut(wait: Wait): void {
    if (wait.stage === 'waiting') this.sendBack(wait, 'timedOut');
    else super.timeOut(wait);
  }

  protected override abort(wait: Wait): void {
    if (wait.stage === 'waiting') this.sendBack(wait, 'aborted');
    else if (wait.kind === 'wait') wait.stage = 'aborted';
    else super.abort(wait);
  }

  private sendBack(wait: Wait, stage: string): void {
    this.remove(wait);
    wait.stage = stage;
    wait.at = Number.POSITIVE_INFINITY;
    this.waits.push(wait);
  }

  private hold(wait: Wait, name: string, levels: number, leaseMs: number): number {
    const { owner, fields } = wait;
    this.fence++;
    const hold: Hold = {
      owner,
      task: fields.task,
      levels,
      fence: this.fence,
      lease: undefined,
      leaseMs,
    };
    if (leaseMs > 0) this.lease(hold, leaseMs);
    this.holds.set(name, hold);
    return this.fence;
  }

  private lease(hold: Hold, leaseMs: number): void {
    hold.leaseMs = leaseMs;
    hold.lease = { at: this.now + leaseMs, order: ++this.order };
  }

  /** Everyone whom it would wait for, and whom those wait for, until there are no more. */
  private closesCircle(wait: Wait, hold: Hold): boolean {
    const nameOf = (of: { owner: string }, task: number) => `${of.owner} ${task}`;
    const reached = new Set([nameOf(hold, hold.task)]);
    for (let size = 0; size < reached.size; ) {
      size = reached.size;
      for (const other of this.waits) {
        const behind = this.holds.get(other.name === 'c' ? 'r' : other.name);
        const waits = other.stage !== 'waiting' && reached.has(nameOf(other, other.fields.task));
        if (waits && behind) reached.add(nameOf(behind, behind.task));
      }
    }
    return reached.has(nameOf(wait, wait.fields.task));
  }
}

/** A semaphore `s`. */
export class SemaphoreModel extends Model {
  /** Who holds one, for each permit that is held, in the order in which they were taken. */
  private held: string[] = [];
  private free: number;
  private readonly bounded: boolean;

  constructor(permits: number, bounded: boolean) {
    super();
    this.free = permits;
    this.bounded = bounded;
  }

  protected serve(wait: Wait): boolean {
    if (wait.kind === 'acquire') {
      if (this.free === 0) return false;
      this.free--;
      this.held.push(wait.owner);
      return this.say(wait);
    }
    const { count } = wait.fields;
    if (this.bounded && count > this.held.length) return this.say(wait, 'RELEASED_TOO_OFTEN');
    for (let i = 0; i < count; i++) {
      const owner = this.held.includes(wait.owner) ? wait.owner : this.held[0];
      if (owner !== undefined) this.held.splice(this.held.lastIndexOf(owner), 1);
      this.free++;
    }
    return this.say(wait);
  }

  protected leave(owner: string): void {
    this.free += this.held.filter((holder) => holder === owner).length;
    this.held = this.held.filter((holder) => holder !== owner);
  }
}
