// Errors that cross processes keep what tells them apart.
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { errorOf, errorTable } from './remote-error.ts';

const cross = (thrown: unknown): Error => errorOf(structuredClone(errorTable(thrown)));

describe('An error that crosses processes', () => {
  it('keeps its class where it is of the language, and name, message, stack and code', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    const there = cross(error);
    expect(there).toBeInstanceOf(RangeError);
    expect(there).toMatchObject({ message: 'too far', code: 'E_FAR', stack: error.stack });
    class OwnError extends Error {
      override readonly name = 'OwnError';
    }
    expect(cross(new OwnError('mine'))).toMatchObject({ name: 'OwnError', message: 'mine' });
  });

  it('keeps its causes, down to a depth where they go in circles', () => {
    const inner = new TypeError('inner');
    const outer = new Error('outer', { cause: inner });
    expect(cross(outer).cause).toMatchObject({ name: 'TypeError', message: 'inner' });
    inner.cause = outer;
    expect(() => cross(outer)).not.toThrow();
  });

  it('keeps the errors that it is made of', () => {
    const both = cross(new AggregateError([new RangeError('one'), 'two'], 'both'));
    expect(both).toBeInstanceOf(AggregateError);
    expect((both as AggregateError).errors).toMatchObject([
      { name: 'RangeError', message: 'one' },
      { message: 'two' },
    ]);
  });

  it('may be anything that was thrown', () => {
    expect(cross('text').message).toBe('text');
    expect(cross(undefined).message).toBe('undefined');
    expect(cross(Object.create(null)).message).toContain('no text');
  });
});

describe('An error that is made to be in the way', () => {
  /** Milliseconds and bytes that it costs. */
  function costOf(thrown: unknown): { ms: number; bytes: number } {
    const startedAt = performance.now();
    const bytes = serialize(errorTable(thrown)).length;
    return { ms: performance.now() - startedAt, bytes };
  }

  it.each(['name', 'message', 'stack', 'code', 'cause', 'errors'])(
    'crosses without its %s, which throws when it is read',
    (key) => {
      const error = Object.defineProperty(new Error('kept'), key, {
        get() {
          throw new Error('not to be read');
        },
      });
      expect(cross(error)).toBeInstanceOf(Error);
      if (key !== 'message') expect(cross(error).message).toBe('kept');
    },
  );

  it('crosses where it refers to itself many times, in little time and space', () => {
    const error = new AggregateError([], 'all of it') as AggregateError & { errors: unknown[] };
    for (let count = 0; count < 50; count++) error.errors.push(error);
    error.cause = error;
    const { ms, bytes } = costOf(error);
    expect(ms).toBeLessThan(1000);
    expect(bytes).toBeLessThan(3_000_000);
    expect(cross(error)).toMatchObject({ message: 'all of it' });
  });

  it('crosses with the first of millions of errors, and says how many are left out', () => {
    const error = new AggregateError(Array.from({ length: 3_000_000 }, (_, i) => `no ${i}`));
    const { errors } = cross(error) as AggregateError;
    expect(errors[0]).toMatchObject({ message: 'no 0' });
    expect(errors.length).toBeLessThan(200);
    expect(errors.at(-1).message).toMatch(/^2999\d{3} more errors are left out$/);
  });

  it('crosses with the beginning of a text of any length', () => {
    const large = 'x'.repeat(100_000_000);
    const { message, stack, code } = cross(
      Object.assign(new Error(large), { code: large }),
    ) as NodeJS.ErrnoException;
    expect(message).toMatch(/^x{10000}… \(100000000 characters in all\)$/);
    expect([stack!.length < 30_000, code!.length < 300]).toEqual([true, true]);
    expect(cross(large).message.length).toBeLessThan(11_000);
  });

  it.each([
    ['a proxy that refuses everything', refusing(new Error('behind'))],
    ['a proxy that was revoked', revoked()],
    [
      'an aggregate of a proxy that was revoked',
      Object.assign(new Error('a'), { errors: revoked() }),
    ],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['null', null],
    [
      'an object that throws when it becomes text',
      {
        toString: () => {
          throw new Error('no');
        },
      },
    ],
    ['an error whose message is an object', Object.assign(new Error(), { message: refusing({}) })],
  ])('crosses where it is %s', (_, thrown) => {
    expect(cross(thrown)).toBeInstanceOf(Error);
  });
});

function refusing(target: object): unknown {
  const refuse = () => {
    throw new Error('refused');
  };
  return new Proxy(target, { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse });
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}
