// Makes smooth steps of the key presses that a terminal gives: it repeats a key that is held down,
// after a pause, and says nothing when it is released.
import type { Direction } from './directions.ts';

/** Presses of one key that come faster than anyone taps are the terminal's repetition. */
const REPEAT_MS_MAX = 120;
/** A key that repeats counts as held for two intervals: one repetition may come late. */
const REPEATS_HELD = 2;
const HELD_MS_MIN = 60;
/** Who turns while walking goes on for so long: the repetition of the new key begins later. */
const TURN_MS = 350;

/** A step in a game that does not say how long it takes. */
const STEP_MS = 150;

/** How often to ask for steps in a room. Goldrush keeps a step that comes early until it can be
 *  taken; so each is sent a tick before it is due, and none comes late.
 *  @param tickMs of the room. */
export function stepMsOf(about: unknown, tickMs: number): number {
  const ticks = (about as { stepTicks?: unknown } | null | undefined)?.stepTicks;
  return typeof ticks === 'number' && tickMs > 0 ? Math.max(1, ticks - 1) * tickMs : STEP_MS;
}

/** One tap is one step. A key that repeats is a step every `stepMs` until it is released. */
export class Walker {
  direction: Direction | undefined;
  stepMs = STEP_MS;
  private pressedAtMs = Number.NEGATIVE_INFINITY;
  private heldUntilMs = Number.NEGATIVE_INFINITY;
  private steppedAtMs = Number.NEGATIVE_INFINITY;
  /** A press that has not had its step. */
  private isPending = false;

  press(direction: Direction, nowMs: number): void {
    const isWalking = nowMs < this.heldUntilMs;
    const gapMs = nowMs - this.pressedAtMs;
    if (direction !== this.direction) {
      this.isPending = true;
      this.heldUntilMs = isWalking ? nowMs + TURN_MS : nowMs;
    } else if (gapMs < REPEAT_MS_MAX) {
      const heldMs = Math.max(HELD_MS_MIN, gapMs * REPEATS_HELD);
      this.heldUntilMs = Math.max(this.heldUntilMs, nowMs + heldMs);
    } else if (!isWalking) this.isPending = true;
    this.direction = direction;
    this.pressedAtMs = nowMs;
  }

  stop(): void {
    this.isPending = false;
    this.heldUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** @returns the direction to step in now; the caller takes that step. */
  step(nowMs: number): Direction | undefined {
    if (!this.wantsStep(nowMs) || nowMs < this.steppedAtMs + this.stepMs) return undefined;
    this.isPending = false;
    this.steppedAtMs = nowMs;
    return this.direction;
  }

  /** How long until `step` may give another; undefined while nothing is pressed. */
  waitMs(nowMs: number): number | undefined {
    if (!this.wantsStep(nowMs)) return undefined;
    return Math.max(0, this.steppedAtMs + this.stepMs - nowMs);
  }

  private wantsStep(nowMs: number): boolean {
    return this.isPending || nowMs < this.heldUntilMs;
  }
}
