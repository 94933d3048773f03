// A guard on the simulated machine: game code is stopped when the seed says so, or where the game says that
// it hangs. What it has changed by then is there, as after a real cut.
import type { GameHangError, Guard, Place } from '../coordinator/guard.ts';
import { machine, self } from './test-machine.ts';

const LIMIT_MS = 500;
/** Of a mark: code is stopped that has done nothing wrong. */
const CUT = 0.002;
/** A real process stands still for as long. */
const STILL_MS_MAX = 300;
/** Longest stop inside a recovery. It is shorter than any `hangMs` of a schedule, because a coordinator that is ended
 *  twice at one place of a recovery skips the input there, and this schedule must skip none. */
const RECOVERY_STILL_MS_MAX = 100;

let place: Place = { room: 0, tick: 0, index: 0 };
let isOpen = false;
let isHanging = false;

/** To be called by game code: it does not come to an end from here on. */
export function hang(): void {
  isHanging = true;
}

/** The module in whose place this is. */
export function simulatedGuard(real: typeof import('../coordinator/guard.ts')) {
  const stop = (at: Place, cpuMs: number): GameHangError => {
    isHanging = false;
    const of = machine();
    of.note(`${self().name} is stopped in room ${at.room}, tick ${at.tick}, input ${at.index}`);
    const msMax = self().hasStarted ? STILL_MS_MAX : RECOVERY_STILL_MS_MAX;
    of.pause(self(), of.random.float() * msMax);
    return new real.GameHangError(at, LIMIT_MS, cpuMs);
  };
  return {
    ...real,
    mark(room: number, tick: number, index: number): void {
      const before = place;
      place = { room, tick, index };
      if (!isOpen) return;
      if (isHanging) throw stop(before, LIMIT_MS);
      // A match whose first step is stopped is given up; its game must not have counted it by then.
      const isCounted = tick === 1 && index > 2;
      if (room > 0 && machine().chance(CUT) && !isCounted) throw stop(place, 0);
    },
    Guard: class implements Pick<Guard, 'limitMs' | 'run'> {
      readonly limitMs = LIMIT_MS;

      run(run: () => void): void {
        if (isOpen) {
          run();
          return;
        }
        isOpen = true;
        isHanging = false;
        try {
          run();
          if (isHanging) throw stop(place, LIMIT_MS);
        } finally {
          isOpen = false;
          isHanging = false;
        }
      }
    },
  };
}

/** Stops a replay as the simulated guard stops a step. */
export class SimulatedReplayGuard {
  private readonly guard: Pick<Guard, 'run'>;

  constructor(guard: Pick<Guard, 'run'>) {
    this.guard = guard;
  }

  run(run: () => void): void {
    this.guard.run(run);
  }
}
