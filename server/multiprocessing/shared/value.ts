// Value: a value that is read and changed in one step.
import { isDeepStrictEqual } from 'node:util';
import type { ObjectSpec } from '../../coordinator/sync/index.ts';
import { SyncError } from '../errors.ts';
import type { Link } from './link.ts';
import { packFor, unpackFrom } from './packed.ts';
import { open, SharedObject } from './shared-object.ts';

interface Versioned {
  readonly value: unknown;
  readonly version: number;
}

/** Made by `group.value(name, initial)`: the first who opens it makes it. What it holds arrives in other
 *  processes as it was given, or is refused with `BAD_VALUE`: docs/MULTIPROCESSING.md says what passes. */
export class Value<T> extends SharedObject {
  async get(): Promise<T> {
    return unpackFrom(this.name, (await this.read()).value) as T;
  }

  /** @throws {SyncError} `BAD_VALUE`, `TOO_MANY_BYTES`
   *  @throws {MessageTooLargeError} above 1 MiB. */
  async set(value: T): Promise<void> {
    const { name } = this;
    await this.link.ask({ kind: 'write', name, value: packFor(name, value) });
  }

  /** @returns the new value.
   *  @throws {SyncError} `NOT_A_NUMBER` */
  async add(amount: number): Promise<number> {
    const asked = { kind: 'add', name: this.name, amount } as const;
    try {
      return ((await this.link.ask(asked)) as { value: number }).value;
    } catch (error) {
      // -0 is a number that crosses processes as bytes, which the coordinator does not read.
      const isMinusZero = typeof amount === 'number' && Object.is(await this.get(), -0);
      if (!isMinusZero) throw error;
      return (await this.update((value) => ((value as number) + amount) as T)) as number;
    }
  }

  /** Sets it if it equals `expected`, in depth.
   *  @returns whether it did. */
  async compareAndSet(expected: T, value: T): Promise<boolean> {
    const { name } = this;
    const packed = packFor(name, expected);
    const after = packFor(name, value);
    // A value of several parts is compared here: equal ones may be different bytes.
    if (!(packed instanceof Uint8Array)) return this.exchange(packed, null, after);
    const sought = unpackFrom(name, packed);
    for (;;) {
      const { value: before, version } = await this.read();
      if (!isDeepStrictEqual(unpackFrom(name, before), sought)) return false;
      if (await this.exchange(null, version, after)) return true;
    }
  }

  /** Sets it to what `change` makes of it, which is asked again with the newer value when another
   *  was faster.
   *  @returns the new value. */
  async update(change: (value: T) => T | Promise<T>): Promise<T> {
    const { name } = this;
    for (;;) {
      const { value: before, version } = await this.read();
      const after = await change(unpackFrom(name, before) as T);
      if (await this.exchange(null, version, packFor(name, after))) return after;
    }
  }

  private async read(): Promise<Versioned> {
    return (await this.link.ask({ kind: 'read', name: this.name })) as Versioned;
  }

  private async exchange(expected: unknown, version: number | null, value: unknown) {
    const asked = { kind: 'compareAndSet', name: this.name, expected, value, version } as const;
    return ((await this.link.ask(asked)) as { readonly set: boolean }).set;
  }
}

/** @throws {SyncError} `DIFFERENT` where it was made with another first value. */
export async function openValue(link: Link, name: string, initial: unknown): Promise<void> {
  const spec: ObjectSpec = { kind: 'value', initial: packFor(name, initial) };
  const opened = (await open(link, name, spec)) as { readonly initial?: unknown };
  if (opened.initial === undefined) return;
  const [first, own] = [opened.initial, spec.initial].map((packed) => unpackFrom(name, packed));
  if (isDeepStrictEqual(first, own)) return;
  await link.ask({ kind: 'drop', name });
  link.belongings.drop(name);
  throw new SyncError('DIFFERENT', name);
}
