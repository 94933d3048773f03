// What a process has of its group: the objects that it has open, and the locks that it holds.
import type { ObjectSpec } from '../../coordinator/sync/index.ts';

/** A lock in the hands of one task. */
export interface Hold {
  readonly name: string;
  readonly task: number;
  fence: number;
  /** How many acquires of an RLock it stands for; 0: it was released. */
  levels: number;
  readonly leaseMs: number;
  /** Its lease was over, or the coordinator gave it up. */
  lost: boolean;
}

interface Opened {
  readonly name: string;
  readonly spec: ObjectSpec;
  count: number;
}

export class Belongings {
  /** In the order of their opening: locks come before their conditions. */
  private readonly opened = new Map<string, Opened>();
  /** By name and task. */
  private readonly held = new Map<string, Map<number, Hold>>();

  open(name: string, spec: ObjectSpec): void {
    const known = this.opened.get(name);
    if (known) known.count++;
    else this.opened.set(name, { name, spec, count: 1 });
  }

  /** The counterpart of one `open`. */
  drop(name: string): void {
    const known = this.opened.get(name);
    if (!known || --known.count > 0) return;
    this.opened.delete(name);
    for (const hold of this.held.get(name)?.values() ?? []) hold.lost = true;
    this.held.delete(name);
  }

  /** Every opening, oldest first. */
  get openings(): Opened[] {
    return [...this.opened.values()].flatMap((one) => new Array<Opened>(one.count).fill(one));
  }

  specOf(name: string): ObjectSpec | undefined {
    return this.opened.get(name)?.spec;
  }

  get holds(): Hold[] {
    return [...this.held.values()].flatMap((tasks) => [...tasks.values()]);
  }

  holdOf(name: string, task: number): Hold | undefined {
    return this.held.get(name)?.get(task);
  }

  /** The task has the lock, or has it once more. */
  acquired(name: string, task: number, fence: number, leaseMs: number): Hold {
    const known = this.holdOf(name, task);
    if (known && known.fence === fence) {
      known.levels++;
      return known;
    }
    const hold = { name, task, fence, levels: 1, leaseMs, lost: false };
    const tasks = this.held.get(name);
    if (tasks) tasks.set(task, hold);
    else this.held.set(name, new Map([[task, hold]]));
    return hold;
  }

  released(hold: Hold): void {
    if (--hold.levels === 0) this.forget(hold);
  }

  /** The lock is not its holder's any more, which did not release it. */
  lose(hold: Hold): void {
    hold.lost = true;
    this.forget(hold);
  }

  /** While its task waits for a condition. */
  forget(hold: Hold): void {
    const tasks = this.held.get(hold.name);
    if (tasks?.get(hold.task) === hold) tasks.delete(hold.task);
  }

  /** After the wait. */
  remember(hold: Hold, fence: number): void {
    hold.fence = fence;
    const tasks = this.held.get(hold.name) ?? new Map<number, Hold>();
    tasks.set(hold.task, hold);
    this.held.set(hold.name, tasks);
  }
}
