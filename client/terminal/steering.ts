// Walks and shoots: makes commands of the direction keys, as fast as the room takes them.
import type { AnyPlayer } from './any-game/any-player.ts';
import { type Direction, NORTH, stepOf } from './directions.ts';
import type { Session } from './session.ts';
import { stepMsOf, Walker } from './walker.ts';
import { GOLDRUSH, Hurt, ownMiner } from './world.ts';

/** With more on its way unanswered, steps are not sent: they would all be taken at once later. */
const UNACKNOWLEDGED_MAX = 8;

export interface SteeringParts {
  readonly session: Session;
  readonly any: AnyPlayer;
  readonly clockMs: () => number;
}

export class Steering {
  private readonly parts: SteeringParts;
  private readonly walker = new Walker();
  private stepTimer: NodeJS.Timeout | undefined;

  constructor(parts: SteeringParts) {
    this.parts = parts;
  }

  close(): void {
    clearTimeout(this.stepTimer);
  }

  /** Takes no further steps until a key is pressed. */
  stop(): void {
    this.walker.stop();
  }

  walk(direction: Direction): void {
    this.walker.press(direction, this.parts.clockMs());
    this.step();
  }

  shoot(direction: Direction): void {
    if (this.mayAct()) this.send('shoot', direction);
  }

  shootAhead(): void {
    this.shoot(this.facing());
  }

  /** Whether a command that is sent now is taken soon. */
  mayAct(): boolean {
    return this.isReady && ownMiner(this.parts.session.room)?.hurt !== Hurt.Stunned;
  }

  /** Whether the room is there, and has answered most of what it was sent. */
  get isReady(): boolean {
    const { room, isLive } = this.parts.session;
    return isLive && room !== undefined && room.unacknowledged < UNACKNOWLEDGED_MAX;
  }

  /** Takes the step that is due, and comes back for the next. */
  private step(): void {
    clearTimeout(this.stepTimer);
    const nowMs = this.parts.clockMs();
    const { room } = this.parts.session;
    if (room) this.walker.stepMs = stepMsOf(room.about, room.tickMs);
    if (!this.mayAct()) this.walker.stop();
    const direction = this.walker.step(nowMs);
    if (direction !== undefined) this.send('walk', direction);
    const waitMs = this.walker.waitMs(nowMs);
    if (waitMs !== undefined) this.stepTimer = setTimeout(() => this.step(), Math.max(1, waitMs));
  }

  /** Where a step was just asked to go, or else where the miner looks. */
  private facing(): Direction {
    const isWalking = this.walker.waitMs(this.parts.clockMs()) !== undefined;
    const miner = ownMiner(this.parts.session.room);
    if (miner && !isWalking) return miner.facing as Direction;
    return this.walker.direction ?? NORTH;
  }

  private send(name: 'walk' | 'shoot', direction: Direction): void {
    const { session, any } = this.parts;
    const { room, game } = session;
    try {
      if (game === GOLDRUSH) room?.send(name, stepOf[direction]);
      else if (room) any.step(room, name, direction);
    } catch (error) {
      session.tell((error as Error).message);
    }
  }
}
