// Value: a plain value that is read and changed in one step; each change gives it a new version.
import type { Context } from './context.ts';
import type { ObjectSpec, Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { equal, fits, sizeOf } from './plain.ts';
import { SyncObject } from './sync-object.ts';

interface SavedValue {
  readonly value: unknown;
  readonly version: number;
}

export class ValueState extends SyncObject {
  private value = this.initial;
  /** How often it was changed. */
  private version = 0;

  constructor(context: Context, name: string, spec: ObjectSpec, order: number) {
    super(context, name, spec, order);
    // Beside the first value, which stays as what it was made with.
    this.charge(sizeOf(this.value));
  }

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'read':
        this.read(owner, input);
        return;
      case 'write':
        if (this.mayBe(owner, input)) {
          this.change(input.value);
          this.context.done(owner, input, this.look());
        }
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

  look(): { readonly version: number } {
    return { version: this.version };
  }

  /** Equal values may be different bytes: the owner compares what it was made with. */
  override opened(spec: ObjectSpec): unknown {
    const { initial } = spec as { initial: unknown };
    return equal(initial, this.initial) ? this.look() : { ...this.look(), initial: this.initial };
  }

  release(): void {}

  save(): SavedValue {
    return { value: this.value, version: this.version };
  }

  load(saved: SavedValue): void {
    this.charge(sizeOf(saved.value) - sizeOf(this.value));
    this.value = saved.value;
    this.version = saved.version;
  }

  private get initial(): unknown {
    return (this.spec as { initial: unknown }).initial;
  }

  /** Answers the value and its version. */
  private read(owner: Owner, input: RequestOf<'read'>): void {
    const { context } = this;
    if (!context.refusesToOwe(owner, input, sizeOf(this.value))) {
      context.done(owner, input, this.save());
    }
  }

  /** Answers the new value and its version. */
  private add(owner: Owner, input: RequestOf<'add'>): void {
    const { value } = this;
    if (typeof value === 'number' && typeof input.amount === 'number') {
      this.change(value + input.amount);
      this.context.done(owner, input, this.save());
    } else {
      this.context.fail(owner, input, 'NOT_A_NUMBER');
    }
  }

  /** Answers whether it was set, and the version that it has now. */
  private compareAndSet(owner: Owner, input: RequestOf<'compareAndSet'>): void {
    if (!this.mayBe(owner, input)) return;
    // The version is missing in what earlier code has written down.
    const version = input.version ?? null;
    const set = version === null ? equal(this.value, input.expected) : this.version === version;
    if (set) this.change(input.value);
    this.context.done(owner, input, { set, ...this.look() });
  }

  private change(value: unknown): void {
    this.charge(sizeOf(value) - sizeOf(this.value));
    this.value = value;
    this.version++;
  }

  private mayBe(owner: Owner, input: RequestOf<'write' | 'compareAndSet'>): boolean {
    const { context } = this;
    const max = context.limits.valueBytesMax;
    if (!fits(input.value, max)) {
      context.fail(owner, input, 'MESSAGE_TOO_LARGE', `a value has ${max} bytes at most`);
      return false;
    }
    const more = sizeOf(input.value) - sizeOf(this.value);
    return more <= 0 || !context.refusesToKeep(owner, input, this, more);
  }
}
