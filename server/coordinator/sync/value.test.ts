// Values: read and changed in one step.
import { beforeEach, describe, expect, it } from 'vitest';
import { Group } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob'], { valueBytesMax: 100 });
  group.open('count', { kind: 'value', initial: 1 });
  group.open('any', { kind: 'value', initial: { a: [1, null], b: 'x' } });
});

describe('A value', () => {
  it('is what was written last, with the number of its changes', () => {
    expect(group.get('ada', 'read', 'count')).toEqual({ value: 1, version: 0 });
    expect(group.get('ada', 'write', 'count', { value: 5 })).toEqual({ version: 1 });
    expect(group.get('bob', 'add', 'count', { amount: -2 })).toEqual({ value: 3, version: 2 });
    expect(group.get('bob', 'look', 'count')).toEqual({ version: 2 });
  });

  it('adds numbers only', () => {
    expect(group.get('ada', 'add', 'any', { amount: 1 })).toBe('NOT_A_NUMBER');
    expect(group.get('ada', 'add', 'count', { amount: '1' })).toBe('NOT_A_NUMBER');
  });

  it('is set where it is what was expected, compared in depth', () => {
    const set = (expected: unknown, value: unknown) =>
      group.get('ada', 'compareAndSet', 'any', { expected, value, version: null });
    expect(set({ b: 'x', a: [1] }, 2)).toMatchObject({ set: false, version: 0 });
    expect(set({ b: 'x', a: [1, undefined] }, 2)).toMatchObject({ set: false });
    expect(set({ b: 'x', a: [1, null] }, 2)).toEqual({ set: true, version: 1 });
    expect(set(2, new Uint8Array([1, 2]))).toMatchObject({ set: true });
    expect(set(new Uint8Array([1, 3]), 4)).toMatchObject({ set: false });
    expect(set(new Uint8Array([1, 2]), 4)).toMatchObject({ set: true });
  });

  it('is set where it is of the version that was expected', () => {
    const set = (version: number, value: unknown) =>
      group.get('ada', 'compareAndSet', 'any', { expected: null, value, version });
    expect(set(1, 2)).toEqual({ set: false, version: 0 });
    expect(set(0, 2)).toEqual({ set: true, version: 1 });
    expect(group.get('bob', 'read', 'any')).toEqual({ value: 2, version: 1 });
  });

  it('of bytes is compared by who opens it: what it was made with comes with the reply', () => {
    const open = (initial: unknown) =>
      group.get('bob', 'open', 'bytes', { spec: { kind: 'value', initial } });
    const first = new Uint8Array([1, 2]);
    expect([open(first), open(first)]).toEqual([{ version: 0 }, { version: 0 }]);
    expect(open(new Uint8Array([3]))).toEqual({ version: 0, initial: Buffer.from(first) });
    expect(open(3)).toBe('DIFFERENT');
  });

  it('has a largest size', () => {
    expect(group.get('ada', 'write', 'any', { value: 'x'.repeat(99) })).toBe('MESSAGE_TOO_LARGE');
    expect(group.get('ada', 'write', 'any', { value: { a: ['x'.repeat(40)] } })).toBe(
      'MESSAGE_TOO_LARGE',
    );
    const change = { expected: 1, value: new Uint8Array(100) };
    expect(group.get('ada', 'compareAndSet', 'count', change)).toBe('MESSAGE_TOO_LARGE');
    expect(group.get('ada', 'write', 'any', { value: 'x'.repeat(90) })).toMatchObject({
      version: 1,
    });
    const spec = { kind: 'value', initial: 'x'.repeat(101) };
    expect(group.get('ada', 'open', 'large', { spec })).toBe('BAD_ARGUMENT');
  });
});
