// The requests of a process that its coordinator may not have, and in which portions they are sent again.
//
// A request may be what ended the coordinator: sent again to each successor, it would end them all. So
// after a break the requests that were on their way are tried: one alone, then more at a time while all
// goes well, and one by one again where a portion was followed by a break. A request with which the
// connection breaks each time is given up.
import { Deque } from '../../coordinator/sync/deque.ts';
import { REQUEST_AT } from './wire.ts';

export interface SentRequest {
  readonly values: unknown[];
  /** The same whenever this is asked, also under another number. */
  readonly identity: object;
}

/** A request that ends the coordinator does so within this time, in milliseconds: a later break has another
 *  cause. */
const TRIAL_MS = 1000;
/** A request that was sent alone and was followed by this number of breaks is not sent again. */
const BREAKS_MAX = 2;

export class SentRequests {
  private queue = new Deque<SentRequest>();
  /** Those up to this number were on their way when the connection broke. */
  private suspectsTo = 0;
  /** Those up to this number are tried one by one. */
  private aloneTo = 0;
  private portion: readonly SentRequest[] = [];
  private portionMax = 1;
  private triedAt = 0;
  private readonly breaks = new WeakMap<object, number>();

  get length(): number {
    return this.queue.length;
  }

  /** Whether requests have to wait, since others are tried. */
  get isTrying(): boolean {
    return this.queue.length > 0 && numberOf(this.queue.first!) <= this.suspectsTo;
  }

  /** Whether one of them was followed by a break before. */
  get hasSuspicion(): boolean {
    return this.queue.length > 0 && this.breaks.has(this.queue.first!.identity);
  }

  add(request: SentRequest): void {
    this.queue.push(request);
  }

  /** The coordinator has that request, and all before. */
  arrivedUpTo(number: number): void {
    const { queue } = this;
    while (queue.length > 0 && numberOf(queue.first!) <= number) queue.shift();
  }

  /** A reply has come: the coordinator has that request, and all before. */
  answered(number: number): void {
    // While others wait to be tried, it is the coordinator's word on the portion that lets them go on.
    if (this.isTrying) this.portion = this.portion.filter((request) => numberOf(request) > number);
    else this.arrivedUpTo(number);
  }

  /** What is to be sent on a connection that is attached, now that the last portion has arrived.
   *  Where `isTrying`, the coordinator has to be asked whether it arrived. */
  next(): unknown[][] {
    const requests = [...this.queue];
    if (!this.isTrying) {
      this.suspect(0);
      this.aloneTo = 0;
      return requests.map(({ values }) => values);
    }
    const isAlone = numberOf(requests[0]!) <= this.aloneTo;
    if (this.triedAt > 0) this.portionMax *= 2;
    const suspects = requests.filter((request) => numberOf(request) <= this.suspectsTo);
    this.portion = suspects.slice(0, isAlone ? 1 : this.portionMax);
    this.triedAt = performance.now();
    return this.portion.map(({ values }) => values);
  }

  /** The connection is broken.
   *  @returns the request that is given up for it; it is out of the queue. */
  broke(): SentRequest | undefined {
    const { queue, portion } = this;
    const tried = portion.filter((request) => numberOf(request) >= this.firstNumber);
    const isSoon = performance.now() - this.triedAt <= TRIAL_MS;
    this.suspect(this.lastNumber);
    if (tried.length === 0 || !isSoon) return undefined;
    if (tried.length > 1) {
      this.aloneTo = numberOf(tried.at(-1)!);
      return undefined;
    }
    const [one] = tried;
    const breaks = (this.breaks.get(one!.identity) ?? 0) + 1;
    this.breaks.set(one!.identity, breaks);
    return breaks < BREAKS_MAX ? undefined : queue.shift();
  }

  /** All of them are asked again under new numbers.
   *  @param add asks, and returns the last number. */
  renumber(add: () => number): void {
    const hadSuspects = this.isTrying;
    this.queue = new Deque();
    // While they are added none is sent.
    if (hadSuspects) this.suspect(Number.POSITIVE_INFINITY);
    const last = add();
    if (!hadSuspects) return;
    this.suspect(last);
    if (this.aloneTo > 0) this.aloneTo = last;
  }

  private suspect(upTo: number): void {
    this.suspectsTo = upTo;
    this.portion = [];
    this.portionMax = 1;
    this.triedAt = 0;
  }

  private get firstNumber(): number {
    return this.queue.length > 0 ? numberOf(this.queue.first!) : Number.POSITIVE_INFINITY;
  }

  private get lastNumber(): number {
    const last = [...this.queue].at(-1);
    return last ? numberOf(last) : 0;
  }
}

const numberOf = ({ values }: SentRequest): number => values[REQUEST_AT] as number;
