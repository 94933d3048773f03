// What a room is about, in its game's words: asked of the game once a tick, under a guard.
import { ABOUT_ALONE, type Guard, mark } from './guard.ts';
import type { RoomState } from './room-state.ts';

type Told = { readonly about: unknown } | { readonly error: unknown };

export class RoomAbout {
  private readonly of: { readonly state: RoomState };
  private readonly guard: Guard;
  /** What the game said at a tick; it says the same until the next. */
  private told: Told | undefined;
  private tick = -1;

  /** @param of has the room's present state. */
  constructor(of: { readonly state: RoomState }, guard: Guard) {
    this.of = of;
    this.guard = guard;
  }

  /** To be called under a guard, when it will be asked for. */
  prepare(): void {
    const { state } = this.of;
    this.told = undefined;
    let told: Told;
    try {
      told = { about: state.about() };
    } catch (error) {
      told = { error };
    }
    this.tick = state.room.tick;
    this.told = told;
  }

  /** @throws {GameHangError}, and what the game throws. */
  get(): unknown {
    const { room } = this.of.state;
    if (!this.told || this.tick !== room.tick) {
      mark(room.id, room.tick, ABOUT_ALONE);
      this.guard.run(() => this.prepare());
    }
    const told = this.told!;
    if ('error' in told) throw told.error;
    return told.about;
  }

  /** The state is another now. */
  forget(): void {
    this.told = undefined;
  }
}
