// Owners around a SyncState, for tests: they number their requests and note their answers.
import { Packr, Unpackr } from 'msgpackr';
import { type ObjectSpec, type Reply, type Request, type SyncInput, SyncState } from './index.ts';
import type { SyncLimits } from './limits.ts';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

/** What it was before, after it was written to a file and read again. */
export const reread = <T>(value: T): T => unpackr.unpack(packr.pack(value)) as T;

/** What the tests that leave them out mean. */
const defaults: Readonly<Record<string, object>> = {
  acquire: { task: 0, timeoutMs: null, leaseMs: 0 },
  release: { task: 0, fence: 0, count: 1 },
  reclaim: { task: 0, levels: 1, leaseMs: 0 },
  wait: { task: 0, timeoutMs: null },
  notify: { task: 0, count: 1 },
  put: { timeoutMs: null },
  get: { timeoutMs: null, auto: true },
  join: { timeoutMs: null },
  taskDone: { item: 0 },
};

/** A request and its answer: a value, or the code of an error. */
export interface Asked {
  readonly owner: string;
  readonly request: number;
  answer: unknown;
}
export const WAITS = 'still waits';

/** What a reply says: a value, what was given, or a code. */
export function answerOf(reply: Extract<Reply, { kind: 'done' | 'given' | 'failed' }>): unknown {
  if (reply.kind === 'failed') return reply.code;
  if (reply.kind === 'done') return reply.value;
  const { item, value, deliveries } = reply;
  return { item, value, deliveries };
}

export class Group {
  state: SyncState;
  now = 1000;
  /** Every reply, in order. */
  readonly replies: Reply[] = [];
  private readonly limits: Partial<SyncLimits>;
  private readonly owners = new Map<string, { request: number; received: number; since: number }>();
  private readonly asked = new Map<string, Asked>();

  constructor(owners: readonly string[], limits: Partial<SyncLimits> = {}) {
    this.limits = limits;
    this.state = new SyncState({ limits });
    for (const owner of owners) this.attach(owner);
  }

  /** The owner begins, or begins again when it was gone. */
  attach(owner: string, received = 0): void {
    const known = this.owners.get(owner);
    const since = known?.since ?? this.replies.length;
    this.owners.set(owner, { request: known?.request ?? 0, received, since });
    this.apply({ kind: 'attach', owner, received });
  }

  gone(owner: string): void {
    this.apply({ kind: 'gone', owner });
    this.owners.delete(owner);
    for (const [key, asked] of this.asked) if (asked.owner === owner) this.asked.delete(key);
  }

  /** A request with every reply received before it. */
  ask(owner: string, kind: Request['kind'], name: string, fields: object = {}): Asked {
    this.hear(owner);
    return this.askDeaf(owner, kind, name, fields);
  }

  /** A request that leaves before the replies since `hear` have come. */
  askDeaf(owner: string, kind: Request['kind'], name: string, fields: object = {}): Asked {
    const request = this.nextRequest(owner);
    const { received } = this.owners.get(owner)!;
    const asked: Asked = { owner, request, answer: WAITS };
    this.asked.set(`${owner} ${request}`, asked);
    const common = { owner, request, received, quiet: false, name };
    this.apply({ kind, ...common, ...defaults[kind], ...fields } as Request);
    return asked;
  }

  /** @returns the answer of a request that must have one at once. */
  get(owner: string, kind: Request['kind'], name: string, fields: object = {}): unknown {
    return this.ask(owner, kind, name, fields).answer;
  }

  open(name: string, spec: ObjectSpec, owners: Iterable<string> = this.owners.keys()): void {
    for (const owner of [...owners]) this.ask(owner, 'open', name, { spec });
  }

  hear(owner: string): void {
    const known = this.owners.get(owner)!;
    const replies = this.replies.slice(known.since);
    const last = replies.findLast((reply) => reply.owner === owner && 'serial' in reply);
    if (last && 'serial' in last) known.received = Math.max(known.received, last.serial);
  }

  lastRequest(owner: string): number {
    return this.owners.get(owner)!.request;
  }

  cancel(asked: Asked): void {
    const { owner, request: target } = asked;
    const { received } = this.owners.get(owner)!;
    const request = this.nextRequest(owner);
    this.apply({ kind: 'cancel', owner, request, received, target });
  }

  wait(ms: number): void {
    this.now += ms;
    this.apply({ kind: 'expire' });
  }

  /** Goes on with what was written down. */
  reload(): void {
    this.state = SyncState.restore(reread(this.state.save()), this.limits);
  }

  apply(input: SyncInput): Reply[] {
    const replies = this.state.apply(this.now, reread(input));
    for (const reply of replies) {
      this.replies.push(reply);
      if (reply.kind === 'attached' || reply.kind === 'lost') continue;
      const asked = this.asked.get(`${reply.owner} ${reply.request}`);
      if (asked) asked.answer = answerOf(reply);
    }
    return replies;
  }

  private nextRequest(owner: string): number {
    const known = this.owners.get(owner)!;
    known.request++;
    return known.request;
  }
}
