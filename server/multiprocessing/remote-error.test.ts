// Errors that cross processes keep what tells them apart.
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
