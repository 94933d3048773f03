// The simplest that events, values, barriers and queues could be.
import { Model, type ModelRequest } from './test-models.ts';

type Wait = Parameters<Model['ask']>[0];

/** A barrier `b`. */
export class BarrierModel extends Model {
  private broken = false;
  private readonly parties: number;

  constructor(parties: number) {
    super();
    this.parties = parties;
  }

  protected serve(wait: Wait): boolean {
    switch (wait.kind) {
      case 'wait': {
        if (this.waits.includes(wait as never)) return false;
        if (this.broken) return this.say(wait, 'BROKEN_BARRIER');
        if (this.waits.length + 1 < this.parties) return false;
        const all = [...this.waits, wait];
        this.waits = [];
        all.forEach((one, index) => {
          this.say(one, index);
        });
        return true;
      }
      default:
        this.endAll();
        this.broken = wait.kind === 'abort';
        return this.say(wait);
    }
  }

  override gone(owner: string): void {
    const waited = this.waits.some((wait) => wait.owner === owner);
    super.gone(owner);
    if (waited) this.break();
  }

  protected leave(): void {}

  protected override timeOut(wait: ModelRequest): void {
    this.say(wait, 'BROKEN_BARRIER');
    this.break();
  }

  protected override abort(wait: never): void {
    super.abort(wait);
    this.break();
  }

  private break(): void {
    this.broken = true;
    this.endAll();
  }

  private endAll(): void {
    const all = this.waits;
    this.waits = [];
    for (const wait of all) this.say(wait, 'BROKEN_BARRIER');
  }
}

interface ModelItem {
  readonly item: number;
  readonly value: unknown;
  deliveries: number;
  /** When it was taken, among the others. */
  taken: number;
  owner: string | undefined;
  auto: boolean;
  heard: boolean;
}

/** A queue `q`. */
export class QueueModel extends Model {
  /** All that are not confirmed, by number. */
  private items: ModelItem[] = [];
  private last = 0;
  private closed = false;
  private readonly maxSize: number;
  private readonly joinable: boolean;

  constructor(maxSize: number, joinable: boolean) {
    super();
    this.maxSize = maxSize;
    this.joinable = joinable;
  }

  override hear(owner: string): void {
    for (const item of this.items) if (item.owner === owner) item.heard = true;
  }

  protected serve(wait: Wait): boolean {
    const { owner, fields } = wait;
    const free = this.items.filter((item) => item.owner === undefined);
    switch (wait.kind) {
      case 'put':
        if (this.closed) return this.say(wait, 'QUEUE_CLOSED');
        if (free.length >= this.maxSize) return false;
        this.last++;
        this.items.push({
          item: this.last,
          value: fields.value,
          deliveries: 0,
          taken: 0,
          owner: undefined,
          auto: false,
          heard: false,
        });
        return this.say(wait);
      case 'get':
        return this.get(wait, free[0]);
      case 'close':
        this.closed = true;
        return this.say(wait);
      case 'join':
        return this.items.length === 0 && this.say(wait);
      default: {
        const mine = this.items.filter((item) => item.owner === owner);
        const item = mine.find((one) => one.item === fields.item || fields.item === 0);
        const manual = mine.filter((one) => !one.auto).sort((a, b) => a.taken - b.taken)[0];
        const found = fields.item === 0 ? manual : item;
        if (!found) {
          return this.say(wait, wait.kind === 'taskDone' ? 'TASK_DONE_TOO_OFTEN' : 'NO_SUCH_ITEM');
        }
        if (wait.kind === 'putBack') found.owner = undefined;
        else this.items = this.items.filter((one) => one !== found);
        return this.say(wait);
      }
    }
  }

  protected leave(owner: string): void {
    for (const item of this.items) if (item.owner === owner) item.owner = undefined;
  }

  protected override codeOfTimeout(wait: { kind: string }): string {
    return wait.kind === 'put' ? 'FULL' : wait.kind === 'get' ? 'EMPTY' : 'TIMEOUT';
  }

  private get(wait: Wait, first: ModelItem | undefined): boolean {
    const { owner, fields } = wait;
    if (!this.waits.includes(wait as never)) {
      this.items = this.items.filter((item) => !(item.owner === owner && item.auto && item.heard));
    }
    if (!first) {
      const over = this.closed && this.items.every((item) => item.owner === owner);
      return over && this.say(wait, 'QUEUE_CLOSED');
    }
    first.owner = owner;
    first.auto = fields.auto && !this.joinable;
    first.heard = false;
    first.deliveries++;
    first.taken = ++this.order;
    const { item, value, deliveries } = first;
    return this.say(wait, { item, value, deliveries });
  }
}

/** An event `e`. */
export class EventModel extends Model {
  private isSet = false;

  protected serve(wait: ModelRequest): boolean {
    if (wait.kind === 'wait') return this.isSet && this.say(wait);
    this.isSet = wait.kind === 'set';
    return this.say(wait);
  }

  protected leave(): void {}
}

/** A value `v`. */
export class ValueModel extends Model {
  private value: unknown = 0;
  private version = 0;

  protected serve(wait: ModelRequest): boolean {
    const { kind, fields } = wait;
    if (kind === 'add' && typeof this.value !== 'number') return this.say(wait, 'NOT_A_NUMBER');
    const set =
      typeof fields.version === 'number'
        ? this.version === fields.version
        : JSON.stringify(this.value) === JSON.stringify(fields.expected);
    if (kind === 'write' || (kind === 'compareAndSet' && set)) this.value = fields.value;
    if (kind === 'add') this.value = (this.value as number) + fields.amount;
    if (kind !== 'read' && (kind !== 'compareAndSet' || set)) this.version++;
    const { value, version } = this;
    if (kind === 'write') return this.say(wait, { version });
    return this.say(wait, kind === 'compareAndSet' ? { set, version } : { value, version });
  }

  protected leave(): void {}
}
