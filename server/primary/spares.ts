// Processes that have loaded their code and wait to become what is missing: the pause after a death
// is then not as long as the start of a process.
import type { Config } from '../config.ts';
import { linkVersion } from '../link/index.ts';
import type { Log } from '../observe/index.ts';
import { isHeldUp, mainThreadTimes } from '../watch/index.ts';
import type { Code } from './accepted-code.ts';
import type { ForkedEvents, ForkedProcess } from './forked-process.ts';
import { LoadError } from './load-error.ts';
import { lower, raise } from './priority.ts';

export interface SparesOptions {
  /** `spares`: how many are kept; `startMs`: how long new code may take to load. */
  readonly config: Pick<Config, 'spares' | 'startMs' | 'heartbeatMs'>;
  readonly log: Log;
  /** @param code that is to be tried; undefined: what was accepted last. */
  fork(events: ForkedEvents, code?: Code): ForkedProcess;
  /** Whether players wait for the processes that have taken others' places. */
  isWaitedFor(): boolean;
  /** A spare one has ended, and nobody will have it. */
  lost(spare: ForkedProcess): void;
}

/** Not while the one that has been taken still starts to work. */
const REFILL_MS = 500;
/** While players wait, it is asked again after this; postponed in all no longer than this. */
const POSTPONE_MS = 100;
const POSTPONED_MS_MAX = 3000;
/** After one that has ended by itself: it might do so again at once. */
const RETRY_MS = 5000;

/** On a machine that is so busy, one that has rehearsed would not be quick either. */
const READY_MS_MAX = 5000;

/** How much lower the priority of one is that prepares itself, in steps of nice: about a quarter of
 *  what another gets where both want all, and a tenth where nobody waits for it. */
const STEPS = 5;
const PATIENT_STEPS = 10;

/** A process that has left out this number of heartbeats may be stopped, or only late. */
const SILENT_BEATS = 3;

const OTHER_LINK =
  'this code speaks another link than the running server: stop and start the server';

interface Spare {
  readonly forked: ForkedProcess;
  readonly loaded: PromiseWithResolvers<void>;
  readonly rehearsed: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
  /** It has ended its rehearsal, or needs none. */
  isReady: boolean;
}

export class Spares {
  /** Processes are replaced as planned, one after another, and nobody waits for what is loaded: it
   *  leaves the processors to players from its start, and is not started while connections move. */
  private isPatient = false;
  private readonly options: SparesOptions;
  /** What this process speaks, and those that it has forked. */
  private readonly link = linkVersion();
  private readonly waiting = new Set<Spare>();
  /** They load code that is not accepted yet: none of them is taken. */
  private readonly candidates = new Set<Spare>();
  private timer: NodeJS.Timeout | undefined;
  /** How long it has been postponed, in ms. */
  private postponedMs = 0;
  private isClosed = false;

  constructor(options: SparesOptions) {
    this.options = options;
  }

  get all(): Iterable<Pick<Spare, 'forked' | 'isReady'>> {
    return this.waiting;
  }

  /** A process to be given its role: one that waits, else a new one. */
  take(): ForkedProcess {
    this.refillLater(REFILL_MS);
    for (const spare of [...this.waiting]) {
      if (this.isStuck(spare.forked)) this.discard(spare);
      else {
        this.waiting.delete(spare);
        raise(spare.forked.pid);
        return spare.forked;
      }
    }
    return this.options.fork(unheard);
  }

  /** Replaces those that wait by ones with new code. Resolves when as many as wanted, but one
   *  at least, have loaded it, within `startMs`.
   *  @param accept called once they have, before any of them is taken.
   *  @throws {LoadError} and those that waited are kept. */
  async renew(code: Code, accept: () => void): Promise<void> {
    const { spares, startMs } = this.options.config;
    const count = Math.max(1, spares);
    const next = Array.from({ length: count }, () => this.add(this.candidates, code));
    const timer = setTimeout(() => {
      const late = new LoadError('the new code has not loaded in time');
      for (const { loaded } of next) loaded.reject(late);
    }, startMs);
    try {
      await Promise.all(next.map(({ loaded }) => loaded.promise));
    } catch (error) {
      for (const spare of next) this.discard(spare);
      throw error;
    } finally {
      clearTimeout(timer);
    }
    accept();
    for (const spare of [...this.waiting]) this.discard(spare);
    for (const spare of next) if (this.candidates.delete(spare)) this.waiting.add(spare);
  }

  /** Ends those that wait: others take their places. */
  discardAll(): void {
    for (const spare of [...this.waiting]) this.discard(spare);
    this.refillLater(REFILL_MS);
  }

  /** While `act` replaces processes as planned, others are kept ready only where it asks for them. */
  async patiently(act: () => Promise<void>): Promise<void> {
    this.isPatient = true;
    try {
      await act();
    } finally {
      this.isPatient = false;
      this.refillLater(REFILL_MS);
    }
  }

  /** Resolves when the next one that is taken is as quick as it will be, or some seconds have passed;
   *  where none are kept, when it has loaded its code.
   *  @throws {LoadError} */
  async ready(): Promise<void> {
    const [first = this.add()] = this.waiting;
    if (this.options.config.spares === 0) return first.loaded.promise;
    const timer = setTimeout(first.rehearsed.resolve, READY_MS_MAX);
    await first.rehearsed.promise.finally(() => clearTimeout(timer));
  }

  /** Forks what is missing, unless the processors are wanted by players now. */
  readonly fill = (): void => {
    this.timer = undefined;
    if (this.options.isWaitedFor() && this.postponedMs < POSTPONED_MS_MAX) {
      this.postponedMs += POSTPONE_MS;
      this.refillLater(POSTPONE_MS);
      return;
    }
    this.postponedMs = 0;
    while (!this.isClosed && this.waiting.size < this.options.config.spares) {
      const spare = this.add();
      spare.loaded.promise.catch((error: Error) => this.refuse(spare, error));
    }
  };

  /** Ends those that wait; there will be no others. Resolves when they are gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const last = [...this.waiting, ...this.candidates];
    for (const spare of last) this.discard(spare);
    await Promise.all(last.map(({ ended }) => ended.promise));
  }

  /** Silent, and not for want of a processor: another one started in its place would be later still. */
  private isStuck({ pid, beatAt, hasLoaded }: ForkedProcess): boolean {
    const silentMs = performance.now() - beatAt;
    if (!hasLoaded || silentMs <= SILENT_BEATS * this.options.config.heartbeatMs) return false;
    return !isHeldUp(mainThreadTimes(pid));
  }

  private refillLater(ms: number): void {
    if (!this.isClosed && !this.isPatient) this.timer ??= setTimeout(this.fill, ms);
  }

  private add(to = this.waiting, code?: Code): Spare {
    const loaded = Promise.withResolvers<void>();
    loaded.promise.catch(() => {});
    const rehearsed = Promise.withResolvers<void>();
    rehearsed.promise.catch(() => {});
    const fail = (error: LoadError) => {
      loaded.reject(error);
      rehearsed.reject(error);
    };
    const ended = Promise.withResolvers<void>();
    const forked = this.options.fork(
      {
        message: (message) => {
          if (message.type === 'rehearsed') {
            spare.isReady = true;
            rehearsed.resolve();
          }
          if (message.type !== 'loaded') return;
          if (message.problem !== '') fail(new LoadError(message.problem));
          else if (message.link !== this.link) fail(new LoadError(OTHER_LINK));
          else {
            loaded.resolve();
            this.rehearse(spare);
          }
        },
        reported: ({ kind, heldMs, stack }) => {
          if (kind !== 'hang' || !this.isKept(spare)) return;
          const fields = { childPid: forked.pid, hungMs: heldMs, stack };
          this.options.log.error(fields, 'spare process killed because it hangs');
          this.discard(spare);
          this.refillLater(RETRY_MS);
        },
        exited: ({ code, signal }) => {
          const text = `a process that had nothing to do yet has ended (${signal ?? code})`;
          fail(new LoadError(`${text}; the log lines above say why`));
          ended.resolve();
          this.options.lost(forked);
          this.candidates.delete(spare);
          if (!this.waiting.delete(spare)) return;
          this.options.log.warn({ childPid: forked.pid }, text);
          this.refillLater(RETRY_MS);
        },
      },
      code,
    );
    if (this.isPatient) lower(forked.pid, PATIENT_STEPS);
    const spare: Spare = { forked, loaded, rehearsed, ended, isReady: false };
    to.add(spare);
    return spare;
  }

  /** No other process waits for a rehearsal; after a death the next may come soon, so loading was not slowed down. */
  private rehearse(spare: Spare): void {
    spare.isReady = this.options.config.spares === 0;
    if (spare.isReady) return;
    const { forked } = spare;
    lower(forked.pid, this.isPatient ? PATIENT_STEPS : STEPS);
    forked.send({ type: 'rehearse' });
  }

  /** The process has said that it cannot serve. */
  private refuse(spare: Spare, error: Error): void {
    if (!this.waiting.has(spare)) return;
    const fields = { childPid: spare.forked.pid, problem: error.message };
    this.options.log.error(fields, 'a spare process cannot serve, and is replaced later');
    this.discard(spare);
    this.refillLater(RETRY_MS);
  }

  private discard(spare: Spare): void {
    if (!this.isKept(spare)) return;
    this.waiting.delete(spare);
    this.candidates.delete(spare);
    spare.forked.kill();
  }

  private isKept(spare: Spare): boolean {
    return this.waiting.has(spare) || this.candidates.has(spare);
  }
}

/** For a process whose role is on its way to it. */
const unheard: ForkedEvents = { message: () => {}, reported: () => {}, exited: () => {} };
