// Value: a plain value that is read and changed in one step; each change gives it a new version.
import type { Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { equal, fits } from './plain.ts';
import { SyncObject } from './sync-object.ts';

interface SavedValue {
  readonly value: unknown;
  readonly version: number;
}

export class ValueState extends SyncObject {
  private value = (this.spec as { initial: unknown }).initial;
  /** How often it was changed. */
  private version = 0;

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'read':
        this.context.done(owner, input, this.save());
        return;
      case 'write':
        if (this.isSmall(owner, input)) this.change(owner, input, input.value);
        return;
      case 'add':
        this.add(owner, input);
        return;
      case 'compareAndSet':
        this.compareAndSet(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): SavedValue {
    return this.save();
  }

  release(): void {}

  save(): SavedValue {
    return { value: this.value, version: this.version };
  }

  load(saved: SavedValue): void {
    this.value = saved.value;
    this.version = saved.version;
  }

  /** Answers the new value and its version. */
  private add(owner: Owner, input: RequestOf<'add'>): void {
    const { value } = this;
    if (typeof value === 'number' && typeof input.amount === 'number') {
      this.change(owner, input, value + input.amount);
    } else {
      this.context.fail(owner, input, 'NOT_A_NUMBER');
    }
  }

  /** Answers whether it was set, and the value and version that it has now. */
  private compareAndSet(owner: Owner, input: RequestOf<'compareAndSet'>): void {
    if (!this.isSmall(owner, input)) return;
    const set = equal(this.value, input.expected);
    if (set) {
      this.value = input.value;
      this.version++;
    }
    this.context.done(owner, input, { set, ...this.save() });
  }

  private change(owner: Owner, input: RequestOf<'write' | 'add'>, value: unknown): void {
    this.value = value;
    this.version++;
    this.context.done(owner, input, this.save());
  }

  private isSmall(owner: Owner, input: RequestOf<'write' | 'compareAndSet'>): boolean {
    const max = this.context.limits.valueBytesMax;
    if (fits(input.value, max)) return true;
    this.context.fail(owner, input, 'MESSAGE_TOO_LARGE', `a value has ${max} bytes at most`);
    return false;
  }
}
