// A machine that is simulated: processes, the turns that they get, and time, all from one seed.
import { EventEmitter } from 'node:events';
import { SeededRandom } from '../coordinator/random.ts';

/** Something that happens at a time, in a process unless that is gone by then. */
export interface Happening {
  at: number;
  readonly order: number;
  readonly process: SimulatedProcess | undefined;
  run: (() => void) | undefined;
}

export class SimulatedProcess extends EventEmitter {
  name: string;
  isAlive = true;
  /** It does what it is there for. */
  hasStarted = false;
  /** Gets no turn before this. */
  pausedUntil = 0;
  /** Nobody takes what it writes before this. */
  fullUntil = 0;
  /** System calls until it is killed in the middle of one. */
  callsLeft = Number.POSITIVE_INFINITY;
  /** Immediates run in the order in which they were set. */
  immediateAt = 0;
  /** What the system does when the process is gone. */
  readonly releases = new Set<() => void>();

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** How a system call of a process that may be killed in it ends. */
export enum Call {
  Done = 'done',
  /** The process was killed in the middle of it. */
  Torn = 'torn',
  /** The process is dead: what its turn still does has no effect. */
  Void = 'void',
}

/** A promise was broken. */
export class Violation extends Error {}

const TRACE_MAX = 80;

export class Machine {
  /** Milliseconds since it was switched on. */
  now = 0;
  current: SimulatedProcess | undefined;
  readonly random: SeededRandom;
  readonly trace: string[] = [];
  violation: Violation | undefined;
  ticks: (() => void)[] = [];
  private readonly queue: Happening[] = [];
  private orders = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  chance(probability: number): boolean {
    return this.random.float() < probability;
  }

  /** Mostly short, now and then up to `max` ms. */
  delay(max: number): number {
    const float = this.random.float();
    return this.chance(0.8) ? float * Math.min(max, 1) : float * max;
  }

  note(text: string): void {
    if (this.current?.isAlive === false) return;
    if (this.trace.length >= TRACE_MAX) this.trace.shift();
    this.trace.push(`${this.now.toFixed(1)} ${text}`);
  }

  violate(text: string): void {
    this.violation ??= new Violation(`at ${this.now.toFixed(1)} ms: ${text}`);
  }

  /** @param process whose turn it is to be; undefined: nobody's. */
  after(ms: number, process: SimulatedProcess | undefined, run: () => void): Happening {
    const happening = { at: this.now + ms, order: this.orders++, process, run };
    push(this.queue, happening);
    return happening;
  }

  /** Calls on the system that change something; asks whether the process lives to see it. */
  call(process: SimulatedProcess): Call {
    if (!process.isAlive) return Call.Void;
    if (process.callsLeft-- > 0) return Call.Done;
    this.kill(process);
    return Call.Torn;
  }

  kill(process: SimulatedProcess): void {
    if (!process.isAlive) return;
    process.isAlive = false;
    this.note(`${process.name} is dead`);
    for (const release of process.releases) release();
    process.releases.clear();
  }

  pause(process: SimulatedProcess, ms: number): void {
    this.note(`${process.name} stands still for ${ms.toFixed(0)} ms`);
    process.pausedUntil = this.now + ms;
  }

  fill(process: SimulatedProcess, ms: number): void {
    this.note(`nobody takes what ${process.name} writes for ${ms.toFixed(0)} ms`);
    process.fullUntil = this.now + ms;
  }

  /** Lets time pass until `isOver`, or to `untilMs`. @param turn waits for the promises of a turn. */
  async run(isOver: () => boolean, untilMs: number, turn: () => Promise<void>): Promise<void> {
    while (!this.violation && !isOver()) {
      const next = pop(this.queue);
      if (!next || next.at > untilMs) return;
      const { process, run } = next;
      if (!run || (process && !process.isAlive)) continue;
      if (process && process.pausedUntil > next.at) {
        next.at = process.pausedUntil;
        push(this.queue, next);
        continue;
      }
      this.now = next.at;
      await this.turn(process, run, turn);
    }
  }

  private async turn(
    process: SimulatedProcess | undefined,
    run: () => void,
    settle: () => Promise<void>,
  ): Promise<void> {
    this.current = process;
    try {
      run();
      do {
        for (const tick of this.ticks.splice(0)) tick();
        await settle();
      } while (this.ticks.length > 0);
    } catch (error) {
      // What the rest of a dead process's turn does is nobody's concern.
      if (process?.isAlive !== false)
        this.violate(`${process?.name} failed: ${(error as Error).stack}`);
    } finally {
      this.current = undefined;
    }
  }
}

const isBefore = (a: Happening, b: Happening): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Into a binary heap. */
function push(heap: Happening[], added: Happening): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(added, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = added;
}

function pop(heap: Happening[]): Happening | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}

let running: Machine | undefined;

/** The machine on which everything runs. */
export function machine(): Machine {
  if (!running) throw new Error('there is no simulated machine');
  return running;
}

export function switchOn(on: Machine | undefined): void {
  running = on;
}

/** In the place of what `node:crypto` has of chance. */
export const seededCrypto = {
  randomInt: (min: number, max: number) => machine().random.integer(min, max - 1),
  randomBytes: (size: number) =>
    Buffer.from(Array.from({ length: size }, () => machine().random.integer(0, 255))),
};

/** The process whose turn it is. */
export function self(): SimulatedProcess {
  const { current } = machine();
  if (!current) throw new Error('no process has its turn');
  return current;
}
