// Tells code that does not come to an end from code that was only given too little processor time.
import { ABOUT_ALONE, GameHangError, type Place } from './guard.ts';

/** The part of its limit that code must have computed to be proven guilty, in all tries at one place together:
 *  on a full machine one try gets less than that. */
const PROOF = 0.8;
/** Tries after which code that uses no processor time, such as a sleep, is proven to hang. */
const TRIES_MAX = 4;

/** The tries at one place, one after another. */
export class HangProof {
  private place: Place | undefined;
  private tries = 0;
  private cpuMs = 0;

  /** @returns whether it is the code that is at fault; else the same is to be tried again. A proof holds until
   *  `settled`, since what follows from it may have to be tried again. */
  isProven({ place, cpuMs, limitMs }: GameHangError): boolean {
    if (!isSame(place, this.place)) this.forget();
    this.place = place;
    this.tries++;
    this.cpuMs += cpuMs;
    return this.cpuMs >= PROOF * limitMs || this.tries >= TRIES_MAX;
  }

  /** What follows from a proof was done: other code runs at the place next, as the input is skipped. */
  settled(): void {
    this.forget();
  }

  /** A batch has been applied without a hang. */
  passed(): void {
    // A batch proves nothing about code that runs between batches.
    if (this.place && this.place.index !== ABOUT_ALONE) this.forget();
  }

  private forget(): void {
    this.place = undefined;
    this.tries = 0;
    this.cpuMs = 0;
  }
}

const isSame = (a: Place, b: Place | undefined): boolean =>
  a.index === b?.index && (a.tick === b.tick || a.index === ABOUT_ALONE);

/** Runs what may be tried again from its beginning.
 *  @throws {GameHangError} when `run` is at fault, and what else it throws. */
export function untilProven<T>(run: () => T): T {
  const proof = new HangProof();
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof GameHangError) || proof.isProven(error)) throw error;
    }
  }
}
