// What a process asks of its coordinator, until it is answered.
import type { Request, RequestOf } from '../../coordinator/sync/index.ts';

/** A request as its object makes it; the rest is the link's. */
export type Asked = {
  [K in Request['kind']]: Omit<RequestOf<K>, 'owner' | 'request' | 'received' | 'quiet'>;
}[Request['kind']];

export interface Pending {
  /** Of the request. */
  readonly number: number;
  readonly asked: Asked;
  readonly signal: AbortSignal | undefined;
  readonly aborted: () => void;
  /** Makes of a reply's value what `ask` gives, at once: what comes next may be about it. */
  readonly arrived: (value: unknown) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
