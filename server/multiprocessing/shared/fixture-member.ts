// A process of a group that does what its parent says, by name, and answers. It is killed at will.
import { Group, Held, Permit, Taken } from './index.ts';

/** What a parent can have a member do with an object of the group. */
export interface Order {
  readonly id: number;
  /** A method of `Group` that opens something, and its arguments. */
  readonly open: readonly [kind: string, ...unknown[]];
  readonly call: readonly [method: string, ...unknown[]];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly code?: string;
}

type Methods = Record<string, (...given: unknown[]) => unknown>;

const group = await Group.current();
const opened = new Map<string, unknown>();
/** What was acquired or taken last, by name. */
const held = new Map<string, { release(): void; confirm(): Promise<void> }>();

async function obey({ open, call }: Order): Promise<unknown> {
  const [kind, ...spec] = open;
  const name = String(spec[0]);
  if (!opened.has(name)) {
    const given = kind === 'condition' ? [name, opened.get(String(spec[1]))] : spec;
    opened.set(name, await (group as unknown as Methods)[kind]!(...given));
  }
  const [method, ...given] = call;
  if (method === 'release') return held.get(name)!.release();
  if (method === 'confirm') return held.get(name)!.confirm();
  const result = await (opened.get(name) as Methods)[method]!(...given);
  if (!(result instanceof Held || result instanceof Taken || result instanceof Permit))
    return result;
  held.set(name, result as never);
  return result instanceof Held ? result.fence : result instanceof Taken ? result.value : undefined;
}

process.on('message', (order: Order) => {
  if (order.call[0] === 'exit') process.exit();
  obey(order).then(
    (value) => process.send!({ id: order.id, value } satisfies Answer),
    (error) => process.send!({ id: order.id, code: error.code ?? String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
process.send!('ready');
