// Value: a plain value that is read and changed in one step.
import { SharedObject } from './shared-object.ts';

interface Versioned<T> {
  readonly value: T;
}

/** Made by `group.value(name, initial)`: the first who opens it makes it. What it holds crosses
 *  processes as msgpack: numbers, strings, booleans, null, byte arrays, arrays and plain objects. */
export class Value<T> extends SharedObject {
  async get(): Promise<T> {
    return (await this.read()).value;
  }

  /** @throws {MessageTooLargeError} above 1 MiB. */
  async set(value: T): Promise<void> {
    await this.link.ask({ kind: 'write', name: this.name, value });
  }

  /** @returns the new value.
   *  @throws {SyncError} `NOT_A_NUMBER` */
  add(amount: number): Promise<number> {
    const asked = { kind: 'add', name: this.name, amount } as const;
    return this.link.ask(asked, undefined, (added) => (added as Versioned<number>).value);
  }

  /** Sets it if it equals `expected`, in depth.
   *  @returns whether it did. */
  async compareAndSet(expected: T, value: T): Promise<boolean> {
    return (await this.exchange(expected, value)).set;
  }

  /** Sets it to what `change` makes of it, which is asked again with the newer value when another
   *  was faster.
   *  @returns the new value. */
  async update(change: (value: T) => T | Promise<T>): Promise<T> {
    let { value: before } = await this.read();
    for (;;) {
      const after = (await change(before)) as T;
      const { set, value } = await this.exchange(before, after);
      if (set) return after;
      before = value;
    }
  }

  private async read(): Promise<Versioned<T>> {
    return (await this.link.ask({ kind: 'read', name: this.name })) as Versioned<T>;
  }

  private async exchange(expected: T, value: T): Promise<Versioned<T> & { set: boolean }> {
    const asked = { kind: 'compareAndSet', name: this.name, expected, value } as const;
    return (await this.link.ask(asked)) as Versioned<T> & { set: boolean };
  }
}
