// Queues: items go from producers to consumers, and come back from those that die.
import { beforeEach, describe, expect, it } from 'vitest';
import { type Asked, Group, WAITS } from './test-group.ts';

let group: Group;
beforeEach(() => {
  group = new Group(['ada', 'bob', 'cat'], { valueBytesMax: 100 });
  group.open('q', { kind: 'queue', maxSize: 2 });
  group.open('wide', { kind: 'queue', maxSize: 0 });
  group.open('tasks', { kind: 'joinableQueue', maxSize: 0 });
});

function putAll(name: string, values: readonly unknown[], owner = 'cat'): void {
  for (const value of values) group.ask(owner, 'put', name, { value });
}
const valueIn = (answer: unknown) => (answer as { value: unknown }).value;
const take = (owner: string, name: string, fields: object = {}) =>
  valueIn(group.get(owner, 'get', name, { timeoutMs: 0, ...fields }));
const answers = (...asked: Asked[]) => asked.map((one) => one.answer);

describe('A queue', () => {
  it('gives items in the order in which they were put', () => {
    putAll('wide', [1, 2, 3]);
    expect(group.get('ada', 'get', 'wide')).toEqual({ item: 1, value: 1, deliveries: 1 });
    expect([take('bob', 'wide'), take('ada', 'wide')]).toEqual([2, 3]);
  });

  it('serves consumers in the order in which they came', () => {
    const [ada, bob] = [group.ask('ada', 'get', 'q'), group.ask('bob', 'get', 'q')];
    putAll('q', ['x', 'y']);
    expect([ada.answer, bob.answer].map(valueIn)).toEqual(['x', 'y']);
  });

  it('lets producers wait in their order while it is full', () => {
    putAll('q', [1, 2]);
    const ada = group.ask('ada', 'put', 'q', { value: 3 });
    const bob = group.ask('bob', 'put', 'q', { value: 4 });
    expect(take('cat', 'q')).toBe(1);
    expect(answers(ada, bob)).toEqual([null, WAITS]);
    expect([take('cat', 'q'), take('cat', 'q'), take('cat', 'q')]).toEqual([2, 3, 4]);
    expect(bob.answer).toBe(null);
  });

  it('is full or empty for who does not wait, or has waited as long as it would', () => {
    expect(group.get('ada', 'get', 'q', { timeoutMs: 0 })).toBe('EMPTY');
    const get = group.ask('ada', 'get', 'q', { timeoutMs: 5 });
    group.wait(5);
    putAll('q', [1, 2]);
    expect(group.get('ada', 'put', 'q', { value: 3, timeoutMs: 0 })).toBe('FULL');
    const put = group.ask('ada', 'put', 'q', { value: 3, timeoutMs: 5 });
    group.wait(5);
    expect(answers(get, put)).toEqual(['EMPTY', 'FULL']);
    expect(group.get('ada', 'look', 'q')).toMatchObject({ size: 2, maxSize: 2, putters: 0 });
  });

  it('forgets puts and gets that are aborted', () => {
    const get = group.ask('ada', 'get', 'q');
    group.cancel(get);
    putAll('q', [1, 2]);
    const put = group.ask('ada', 'put', 'q', { value: 3 });
    group.cancel(put);
    expect(answers(get, put)).toEqual(['ABORTED', 'ABORTED']);
    expect([take('bob', 'q'), take('bob', 'q')]).toEqual([1, 2]);
    expect(group.get('bob', 'look', 'q')).toMatchObject({ size: 0 });
  });

  it('has bounds: for its items, one item’s size, those who wait, those unconfirmed', () => {
    const small = new Group(['ada'], { itemsMax: 2, waitersMax: 1, unconfirmedMax: 1 });
    small.open('q', { kind: 'queue', maxSize: 0 });
    const spec = { kind: 'queue', maxSize: 3 };
    expect(small.get('ada', 'open', 'larger', { spec })).toBe('BAD_ARGUMENT');
    for (const value of [1, 2]) small.ask('ada', 'put', 'q', { value });
    expect(small.get('ada', 'put', 'q', { value: 3, timeoutMs: 0 })).toBe('FULL');
    expect(small.ask('ada', 'put', 'q', { value: 3 }).answer).toBe(WAITS);
    expect(small.get('ada', 'put', 'q', { value: 4 })).toBe('TOO_MANY_WAITERS');
    small.ask('ada', 'get', 'q', { auto: false });
    expect(small.get('ada', 'get', 'q')).toBe('TOO_MANY_UNCONFIRMED');
    expect(group.get('ada', 'put', 'q', { value: 'x'.repeat(101) })).toBe('MESSAGE_TOO_LARGE');
  });
});

describe('An item', () => {
  it('comes back to the front when its consumer dies, in the old order', () => {
    putAll('wide', [1, 2, 3, 4]);
    for (const owner of ['ada', 'bob', 'ada']) group.ask(owner, 'get', 'wide', { auto: false });
    group.gone('bob');
    group.gone('ada');
    expect(group.get('cat', 'get', 'wide')).toEqual({ item: 1, value: 1, deliveries: 2 });
    expect([2, 3, 4].map(() => take('cat', 'wide'))).toEqual([2, 3, 4]);
  });

  it('comes back before what was put later, to those who wait at first', () => {
    putAll('wide', [1]);
    group.ask('ada', 'get', 'wide');
    const bob = group.ask('bob', 'get', 'wide');
    group.gone('ada');
    expect(bob.answer).toEqual({ item: 1, value: 1, deliveries: 2 });
  });

  it('may come back to a full queue: producers wait on', () => {
    putAll('q', [1, 2]);
    group.ask('ada', 'get', 'q');
    putAll('q', [3]);
    group.gone('ada');
    expect(group.get('bob', 'look', 'q')).toMatchObject({ size: 3, maxSize: 2 });
    expect(group.get('bob', 'put', 'q', { value: 4, timeoutMs: 0 })).toBe('FULL');
  });

  it('is confirmed by the next get of its consumer', () => {
    putAll('wide', [1, 2]);
    group.ask('ada', 'get', 'wide');
    group.ask('ada', 'get', 'wide');
    group.gone('ada');
    expect(take('bob', 'wide')).toBe(2);
  });

  it('is not confirmed by a get that left before the item came', () => {
    putAll('wide', [1, 2]);
    group.hear('ada');
    group.askDeaf('ada', 'get', 'wide');
    group.askDeaf('ada', 'get', 'wide');
    group.gone('ada');
    expect([take('bob', 'wide'), take('bob', 'wide')]).toEqual([1, 2]);
  });

  it('that was taken by hand comes back until it is confirmed', () => {
    putAll('wide', [1, 2]);
    group.ask('ada', 'get', 'wide', { auto: false });
    group.ask('ada', 'get', 'wide', { auto: false });
    expect(group.get('ada', 'confirm', 'wide', { item: 1 })).toBe(null);
    expect(group.get('ada', 'confirm', 'wide', { item: 1 })).toBe('NO_SUCH_ITEM');
    expect(group.get('bob', 'confirm', 'wide', { item: 2 })).toBe('NO_SUCH_ITEM');
    group.gone('ada');
    expect(take('bob', 'wide')).toBe(2);
  });

  it('can be put back, for another', () => {
    putAll('wide', [1, 2]);
    group.ask('ada', 'get', 'wide');
    expect(group.get('ada', 'putBack', 'wide', { item: 1 })).toBe(null);
    expect(take('bob', 'wide')).toBe(1);
  });

  it('is confirmed when its consumer closes the queue for itself, where it was automatic', () => {
    putAll('wide', [1, 2]);
    group.ask('ada', 'get', 'wide', { auto: false });
    group.ask('ada', 'get', 'wide');
    group.ask('ada', 'drop', 'wide');
    expect([take('bob', 'wide'), group.get('bob', 'look', 'wide')]).toMatchObject([1, { size: 0 }]);
  });

  it('stays in a queue that nobody has open', () => {
    putAll('wide', [1]);
    for (const owner of ['ada', 'bob', 'cat']) group.ask(owner, 'drop', 'wide');
    group.reload();
    group.open('wide', { kind: 'queue', maxSize: 0 }, ['ada']);
    expect(take('ada', 'wide')).toBe(1);
    group.ask('ada', 'drop', 'wide');
    expect(group.get('ada', 'open', 'wide', { spec: { kind: 'event' } })).not.toBe('WRONG_KIND');
  });
});

describe('A closed queue', () => {
  it('refuses puts, those that wait too', () => {
    putAll('q', [1, 2]);
    const ada = group.ask('ada', 'put', 'q', { value: 3 });
    group.ask('bob', 'close', 'q');
    expect(ada.answer).toBe('QUEUE_CLOSED');
    expect(group.get('ada', 'put', 'q', { value: 3 })).toBe('QUEUE_CLOSED');
  });

  it('gives what is there, and then ends its consumers', () => {
    putAll('q', [1]);
    group.ask('bob', 'close', 'q');
    expect(take('ada', 'q')).toBe(1);
    expect(group.get('ada', 'get', 'q')).toBe('QUEUE_CLOSED');
    expect(group.get('bob', 'get', 'q')).toBe('QUEUE_CLOSED');
  });

  it('ends those who wait', () => {
    const ada = group.ask('ada', 'get', 'q');
    group.ask('bob', 'close', 'q');
    expect(ada.answer).toBe('QUEUE_CLOSED');
  });

  it('does not end a consumer while another has an item that may come back', () => {
    putAll('q', [1]);
    group.ask('ada', 'get', 'q');
    group.ask('bob', 'close', 'q');
    const bob = group.ask('bob', 'get', 'q');
    expect(bob.answer).toBe(WAITS);
    group.gone('ada');
    expect(bob.answer).toMatchObject({ value: 1 });
  });

  it('ends both consumers when the last items are confirmed', () => {
    putAll('q', [1, 2]);
    for (const owner of ['ada', 'bob']) group.ask(owner, 'get', 'q');
    group.ask('cat', 'close', 'q');
    const ada = group.ask('ada', 'get', 'q');
    expect(ada.answer).toBe(WAITS);
    expect(group.get('bob', 'get', 'q')).toBe('QUEUE_CLOSED');
    expect(ada.answer).toBe('QUEUE_CLOSED');
  });
});

describe('A joinable queue', () => {
  it('is joined when each item was taken and said to be done', () => {
    putAll('tasks', [1, 2]);
    const join = group.ask('cat', 'join', 'tasks');
    for (const owner of ['ada', 'bob']) group.ask(owner, 'get', 'tasks');
    group.ask('ada', 'taskDone', 'tasks');
    expect(join.answer).toBe(WAITS);
    group.ask('bob', 'taskDone', 'tasks', { item: 2 });
    expect(join.answer).toBe(null);
    expect(group.get('ada', 'join', 'tasks', { timeoutMs: 0 })).toBe(null);
  });

  it('is not told of more tasks than were taken', () => {
    putAll('tasks', [1]);
    expect(group.get('ada', 'taskDone', 'tasks')).toBe('TASK_DONE_TOO_OFTEN');
    group.ask('ada', 'get', 'tasks');
    group.ask('ada', 'taskDone', 'tasks');
    expect(group.get('ada', 'taskDone', 'tasks')).toBe('TASK_DONE_TOO_OFTEN');
  });

  it('keeps a task that was begun until it is done, however many its consumer takes', () => {
    putAll('tasks', [1, 2]);
    group.ask('ada', 'get', 'tasks');
    group.ask('ada', 'get', 'tasks');
    group.ask('ada', 'taskDone', 'tasks');
    const join = group.ask('cat', 'join', 'tasks', { timeoutMs: 5 });
    group.gone('ada');
    expect(group.get('bob', 'look', 'tasks')).toMatchObject({ size: 1, unfinished: 1 });
    group.wait(5);
    expect(join.answer).toBe('TIMEOUT');
    expect(take('bob', 'tasks')).toBe(2);
  });

  it('alone has tasks', () => {
    expect(group.get('ada', 'taskDone', 'q')).toBe('WRONG_KIND');
    expect(group.get('ada', 'join', 'q')).toBe('WRONG_KIND');
  });
});
