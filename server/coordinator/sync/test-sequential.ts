// What a lock, a value and a queue are when nothing happens at the same time: for histories.
import type { Sequential } from './test-history.ts';

/** `gone`: the client was killed; what it held is free at some time after. */
export type LockInput = 'acquire' | 'release' | 'gone';
/** The fencing number, 'done', or a code. */
export type LockOutput = number | 'done' | 'TIMEOUT' | 'NOT_OWNER';

export const sequentialLock: Sequential<
  { holder: string | null; fence: number },
  LockInput,
  LockOutput
> = {
  initial: { holder: null, fence: 0 },
  step(state, client, input, output) {
    const { holder, fence } = state;
    if (output === 'TIMEOUT') return state;
    if (input === 'acquire') {
      if (holder !== null) return output === undefined ? state : undefined;
      if (output === undefined) return { holder: client, fence };
      return Number(output) > fence ? { holder: client, fence: Number(output) } : undefined;
    }
    if (input === 'gone') return holder === client ? { holder: null, fence } : state;
    const isHolder = holder === client;
    if (output === 'NOT_OWNER') return isHolder ? undefined : state;
    if (isHolder) return { holder: null, fence };
    return output === undefined ? state : undefined;
  },
};

export type ValueInput =
  | { readonly op: 'read' }
  | { readonly op: 'write'; readonly value: number }
  | { readonly op: 'add'; readonly amount: number }
  | { readonly op: 'compareAndSet'; readonly expected: number; readonly value: number };
/** The value after it, where that is told; of compareAndSet also whether it was set. */
export interface ValueOutput {
  readonly value?: number;
  readonly set?: boolean;
}

export const sequentialValue: Sequential<number, ValueInput, ValueOutput> = {
  initial: 0,
  step(state, _client, input, output) {
    const set = input.op === 'compareAndSet' && input.expected === state;
    const after = valueAfter(state, input);
    if (output === undefined) return after;
    const isSame = output.value === undefined || output.value === after;
    const told = isSame && (output.set === undefined || output.set === set);
    return told ? after : undefined;
  },
};

function valueAfter(state: number, input: ValueInput): number {
  switch (input.op) {
    case 'read':
      return state;
    case 'write':
      return input.value;
    case 'add':
      return state + input.amount;
    case 'compareAndSet':
      return input.expected === state ? input.value : state;
    default:
      return input satisfies never;
  }
}

/** Values are unlike each other. `confirms`: what the client has taken and is done with. `gone`:
 *  the client was killed; what it has not confirmed is at the front at some time after. */
export type QueueInput =
  | { readonly op: 'put'; readonly value: number }
  | { readonly op: 'get'; readonly confirms?: number }
  | { readonly op: 'confirm'; readonly value: number }
  | { readonly op: 'gone' };
/** The item of a get, 'done', or a code. */
export type QueueOutput = number | 'done' | 'FULL' | 'EMPTY';

interface QueueContents {
  readonly waiting: readonly { readonly id: number; readonly value: number }[];
  readonly taken: readonly { readonly id: number; readonly value: number; readonly by: string }[];
  readonly last: number;
}

export function sequentialQueue(
  maxSize: number,
): Sequential<QueueContents, QueueInput, QueueOutput> {
  return {
    initial: { waiting: [], taken: [], last: 0 },
    step(state, client, input, output) {
      switch (input.op) {
        case 'put':
          return put(state, input.value, output, maxSize);
        case 'get': {
          const { confirms } = input;
          return get(confirms === undefined ? state : without(state, confirms), client, output);
        }
        case 'confirm':
          return without(state, input.value);
        case 'gone': {
          const back = state.taken.filter((item) => item.by === client);
          const items = back.map(({ id, value }) => ({ id, value }));
          return {
            ...state,
            waiting: [...items, ...state.waiting].sort((a, b) => a.id - b.id),
            taken: state.taken.filter((item) => item.by !== client),
          };
        }
        default:
          return input satisfies never;
      }
    },
  };
}

function put(
  state: QueueContents,
  value: number,
  output: QueueOutput | undefined,
  maxSize: number,
): QueueContents | undefined {
  const isFull = state.waiting.length >= maxSize;
  if (output === 'FULL') return isFull ? state : undefined;
  if (isFull) return output === undefined ? state : undefined;
  const id = state.last + 1;
  return { ...state, waiting: [...state.waiting, { id, value }], last: id };
}

function get(
  state: QueueContents,
  client: string,
  output: QueueOutput | undefined,
): QueueContents | undefined {
  const [first, ...waiting] = state.waiting;
  if (output === 'EMPTY') return first ? undefined : state;
  if (!first) return output === undefined ? state : undefined;
  if (output !== undefined && output !== first.value) return undefined;
  return { ...state, waiting, taken: [...state.taken, { ...first, by: client }] };
}

function without(state: QueueContents, value: number): QueueContents {
  return { ...state, taken: state.taken.filter((item) => item.value !== value) };
}
