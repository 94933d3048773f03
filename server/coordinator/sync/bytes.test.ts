// What the objects of a group take is bounded in bytes: of one, for one owner, and of all together.
import { describe, expect, it } from 'vitest';
import { OVERHEAD_BYTES } from './limits.ts';
import { Group, WAITS } from './test-group.ts';

const KB = new Uint8Array(1000);
const ITEM = 1000 + 5 + OVERHEAD_BYTES;

function groupOf(limits: object): Group {
  const group = new Group(['ada', 'bob'], limits);
  group.open('q', { kind: 'queue', maxSize: 0 });
  group.open('v', { kind: 'value', initial: 0 });
  return group;
}

describe('The bytes of one object', () => {
  it('are bounded: a put beyond is refused, and there is room again when items are done with', () => {
    const group = groupOf({ objectBytesMax: 3 * ITEM + OVERHEAD_BYTES + 100 });
    const put = () => group.get('ada', 'put', 'q', { value: KB });
    expect([put(), put(), put(), put()]).toEqual([null, null, null, 'TOO_MANY_BYTES']);
    // Taken, it may yet come back.
    group.get('bob', 'get', 'q', { auto: false });
    expect(put()).toBe('TOO_MANY_BYTES');
    group.get('bob', 'confirm', 'q', { item: 1 });
    expect(put()).toBe(null);
  });

  it('count small items as well', () => {
    const group = groupOf({ objectBytesMax: 100_000 });
    let items = 0;
    while (group.get('ada', 'put', 'q', { value: 1 }) === null) items++;
    expect(items).toBeLessThan(100_000 / OVERHEAD_BYTES);
  });

  it('are those of its value, which may become smaller whatever the bound', () => {
    const group = groupOf({ objectBytesMax: 1500 });
    const write = (value: unknown) => group.get('ada', 'write', 'v', { value });
    expect(write(KB)).toEqual({ version: 1 });
    expect(write(new Uint8Array(1300))).toBe('TOO_MANY_BYTES');
    const change = { expected: null, version: 1, value: new Uint8Array(1300) };
    expect(group.get('ada', 'compareAndSet', 'v', change)).toBe('TOO_MANY_BYTES');
    expect(write(new Uint8Array(900))).toEqual({ version: 2 });
  });
});

describe('The bytes of all objects together', () => {
  it('are bounded, and what is taken out makes room', () => {
    const group = groupOf({ bytesMax: 10_000 });
    const queues = ['a', 'b', 'c'];
    for (const name of queues) group.open(name, { kind: 'queue', maxSize: 0 });
    const puts = Array.from({ length: 30 }, (_, i) =>
      group.get('ada', 'put', queues[i % 3]!, { value: KB }),
    );
    expect(puts).toContain('TOO_MANY_BYTES');
    expect(group.state.counts.bytes).toBeLessThanOrEqual(10_000 + 30 * OVERHEAD_BYTES);
    const spec = { kind: 'value', initial: new Uint8Array(5000) };
    expect(group.get('ada', 'open', 'large', { spec })).toBe('TOO_MANY_BYTES');
    group.hear('ada');
    for (const name of queues) group.get('bob', 'get', name);
    for (const name of queues) group.get('bob', 'get', name, { timeoutMs: 0 });
    expect(group.get('ada', 'put', 'a', { value: KB })).toBe(null);
  });

  it('are what they were after a restart with lower bounds, and can be taken out', () => {
    const group = groupOf({});
    for (let i = 0; i < 10; i++) group.get('ada', 'put', 'q', { value: KB });
    Object.assign(group, { limits: { bytesMax: 2000, objectBytesMax: 2000 } });
    group.reload();
    expect(group.get('ada', 'put', 'q', { value: KB })).toBe('TOO_MANY_BYTES');
    for (let i = 0; i < 10; i++)
      expect(group.get('bob', 'get', 'q')).toMatchObject({ item: i + 1 });
    expect(group.get('bob', 'get', 'q', { timeoutMs: 0 })).toBe('EMPTY');
    expect(group.get('ada', 'put', 'q', { value: 1 })).toBe(null);
  });
});

describe('The bytes that one owner makes wait', () => {
  const LIMITS = { ownerBytesMax: 3 * ITEM };

  it('are bounded for what it reads without receiving it', () => {
    const group = groupOf(LIMITS);
    group.get('ada', 'write', 'v', { value: KB });
    group.hear('bob');
    const reads = Array.from({ length: 5 }, () => group.askDeaf('bob', 'read', 'v').answer);
    expect(reads.filter((answer) => answer === 'TOO_MANY_BYTES').length).toBeGreaterThan(1);
    // Now it has received them.
    expect(group.get('bob', 'read', 'v')).toMatchObject({ version: 1 });
  });

  it('are bounded for gets, also for those that wait, and the items stay', () => {
    const group = groupOf(LIMITS);
    const gets = Array.from({ length: 4 }, () => group.askDeaf('bob', 'get', 'q', { auto: false }));
    for (let i = 0; i < 4; i++) group.ask('ada', 'put', 'q', { value: KB });
    const answers = gets.map(({ answer }) => answer);
    expect(answers[0]).toMatchObject({ item: 1 });
    expect(answers.at(-1)).toBe('TOO_MANY_BYTES');
    expect(group.get('ada', 'look', 'q')).toMatchObject({ unfinished: 4 });
  });

  it('are bounded for puts that wait in a full queue', () => {
    const group = groupOf(LIMITS);
    group.open('full', { kind: 'queue', maxSize: 1 });
    group.ask('ada', 'put', 'full', { value: 1 });
    const puts = Array.from({ length: 4 }, () => group.ask('ada', 'put', 'full', { value: KB }));
    expect(puts.map(({ answer }) => answer)).toContain(WAITS);
    expect(puts.at(-1)!.answer).toBe('TOO_MANY_BYTES');
    for (let i = 0; i < 3; i++) group.ask('bob', 'get', 'full');
    expect(group.ask('ada', 'put', 'full', { value: KB }).answer).not.toBe('TOO_MANY_BYTES');
  });
});
