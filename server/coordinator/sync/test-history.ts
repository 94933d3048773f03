// Decides whether a history is linearizable: whether its operations, each at some moment between
// its call and its return, could have come one after another (Wing & Gong, with the visited
// configurations kept, after Lowe).

/** One operation as its caller saw it. */
export interface Operation<I, O> {
  readonly client: string;
  readonly input: I;
  /** Undefined where it is not known: the caller died, or gave up. Such an operation may have
   *  happened at any time after its call, or never. */
  readonly output: O | undefined;
  /** Of one clock for all clients. Where times are equal, the operations overlapped. */
  readonly called: number;
  readonly returned: number;
}

/** What an object does when nothing happens at the same time. */
export interface Sequential<S, I, O> {
  readonly initial: S;
  /** The state after it; undefined where `output` cannot be. States are never changed. */
  step(state: S, client: string, input: I, output: O | undefined): S | undefined;
}

interface Event {
  readonly id: number;
  readonly isReturn: boolean;
  previous: Event | undefined;
  next: Event | undefined;
}

/** @returns undefined for a history that is linearizable; else the operations of the longest order
 *  that was found, after which nothing fits. Exponential at worst in how many overlap. */
export function refutation<S, I, O>(
  object: Sequential<S, I, O>,
  history: readonly Operation<I, O>[],
): Operation<I, O>[] | undefined {
  const operations = history.toSorted((a, b) => a.called - b.called);
  const { head, returns } = eventsOf(operations);
  const visited = new Set<string>();
  const order: { call: Event; before: S }[] = [];
  const done = new Array<boolean>(operations.length).fill(false);
  let longest: Operation<I, O>[] = [];
  let state = object.initial;
  let left = returns.filter((event) => event !== undefined).length;
  let at = head.next;
  while (left > 0) {
    if (at && !at.isReturn) {
      const { client, input, output } = operations[at.id]!;
      const after = object.step(state, client, input, output);
      done[at.id] = true;
      if (after !== undefined && isNew(visited, done, after)) {
        order.push({ call: at, before: state });
        state = after;
        unlink(at);
        const end = returns[at.id];
        if (end) {
          unlink(end);
          left--;
        }
        if (order.length > longest.length) longest = order.map(({ call }) => operations[call.id]!);
        at = head.next;
      } else {
        done[at.id] = false;
        at = at.next;
      }
      continue;
    }
    // An operation that has returned fits nowhere: the last choice was wrong.
    const last = order.pop();
    if (!last) return longest;
    const end = returns[last.call.id];
    if (end) {
      relink(end);
      left++;
    }
    relink(last.call);
    done[last.call.id] = false;
    state = last.before;
    at = last.call.next;
  }
  return undefined;
}

function eventsOf(operations: readonly Operation<unknown, unknown>[]) {
  const times = operations.flatMap(({ called, returned, output }, id) => {
    const call = { id, isReturn: false, time: called };
    return output === undefined ? [call] : [call, { id, isReturn: true, time: returned }];
  });
  times.sort((a, b) => a.time - b.time || Number(a.isReturn) - Number(b.isReturn));
  const head: Event = { id: -1, isReturn: false, previous: undefined, next: undefined };
  const returns: (Event | undefined)[] = operations.map(() => undefined);
  let last = head;
  for (const { id, isReturn } of times) {
    const event: Event = { id, isReturn, previous: last, next: undefined };
    last.next = event;
    last = event;
    if (isReturn) returns[id] = event;
  }
  return { head, returns };
}

function unlink({ previous, next }: Event): void {
  previous!.next = next;
  if (next) next.previous = previous;
}
/** Undoes the last `unlink`. */
function relink(event: Event): void {
  event.previous!.next = event;
  if (event.next) event.next.previous = event;
}

/** Whether these operations never led to this state before. */
function isNew(visited: Set<string>, done: readonly boolean[], state: unknown): boolean {
  const low = done.indexOf(false);
  const end = done.lastIndexOf(true) + 1;
  const above = low < 0 ? '' : done.slice(low, end).map(Number).join('');
  const key = `${low} ${above} ${JSON.stringify(state)}`;
  if (visited.has(key)) return false;
  visited.add(key);
  return true;
}
