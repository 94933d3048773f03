// The clocks and timers of a simulated machine, in the place of the runtime's own.
import { type Happening, type Machine, machine, self, switchOn } from './test-machine.ts';

/** When the machine is switched on, in ms since 1970. */
const EPOCH_MS = 1_700_000_000_000;
const realImmediate = globalThis.setImmediate;

type Run = (...args: unknown[]) => void;

class Timer {
  private happening: Happening | undefined;
  readonly periodMs: number | undefined;
  private readonly process = self();
  private readonly run: () => void;

  constructor(run: () => void, ms: number, isRepeated: boolean) {
    this.run = run;
    const delayMs = Math.max(1, ms);
    this.periodMs = isRepeated ? delayMs : undefined;
    this.start(delayMs);
  }

  cancel(): void {
    if (this.happening) this.happening.run = undefined;
    this.happening = undefined;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  private start(ms: number): void {
    this.happening = machine().after(ms, this.process, () => {
      this.happening = undefined;
      if (this.periodMs !== undefined) this.start(this.periodMs);
      this.run();
    });
  }
}

const cancel = (timer: Timer | undefined): void => timer?.cancel();

function setImmediate(run: Run, ...args: unknown[]): Timer {
  const of = machine();
  const process = self();
  // Something else may come first, but no other immediate of the process.
  const at = Math.max(process.immediateAt, of.now + (of.chance(0.3) ? of.random.float() : 0));
  process.immediateAt = at;
  const happening = of.after(at - of.now, process, () => run(...args));
  const cancel = (): void => {
    happening.run = undefined;
  };
  return { cancel } as Timer;
}

const replaced = {
  setTimeout: (run: Run, ms = 0, ...args: unknown[]) => new Timer(() => run(...args), ms, false),
  setInterval: (run: Run, ms = 0, ...args: unknown[]) => new Timer(() => run(...args), ms, true),
  setImmediate,
  clearTimeout: cancel,
  clearInterval: cancel,
  clearImmediate: cancel,
};

/** What a process of the runtime has, for the simulated process whose turn it is. */
const replacedProcess = {
  nextTick: (run: Run, ...args: unknown[]) => void machine().ticks.push(() => run(...args)),
  on: (name: string, listener: Run) => self().on(name, listener),
  exit: () => machine().kill(self()),
  hrtime: Object.assign(() => [0, 0], {
    bigint: () => BigInt(Math.floor(1e9 + machine().now * 1e6)),
  }),
};

/** Runs `simulate` on `on`, in its time. Nothing else of this runtime may use timers meanwhile. */
export async function onMachine(on: Machine, simulate: () => Promise<void>): Promise<void> {
  // A tick after it has reported something, the test runner puts the runtime's own `nextTick` back.
  await settle();
  switchOn(on);
  const ownNow = Object.getOwnPropertyDescriptor(performance, 'now');
  const before = { dateNow: Date.now, ...pick(globalThis, replaced) };
  const processBefore = pick(process, replacedProcess);
  Object.assign(globalThis, replaced);
  Object.assign(process, replacedProcess);
  Date.now = () => EPOCH_MS + Math.floor(on.now);
  performance.now = () => on.now;
  try {
    await simulate();
  } finally {
    const { dateNow, ...timers } = before;
    Object.assign(globalThis, timers);
    Object.assign(process, processBefore);
    Date.now = dateNow;
    delete (performance as { now?: unknown }).now;
    if (ownNow) Object.defineProperty(performance, 'now', ownNow);
    switchOn(undefined);
  }
}

/** Every promise that can be kept by now has been when this resolves. */
export const settle = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

function pick<T extends object>(from: object, names: T): T {
  const keys = Object.keys(names) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, (from as T)[key]])) as T;
}

/** In the place of `node:timers/promises`. */
export const timersPromises = {
  setImmediate: () => new Promise<void>((resolve) => setImmediate(() => resolve())),
  setTimeout: (ms: number) =>
    new Promise<void>((resolve) => void replaced.setTimeout(() => resolve(), ms)),
};
