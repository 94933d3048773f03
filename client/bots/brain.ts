// What a bot does next: shoot, step aside, carry gold to a bank, go for gold, or look around.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { CaveMap, Place } from './cave-map.ts';
import { findEscape, findTarget } from './combat.ts';
import { DIRECTIONS } from './directions.ts';
import { type Path, type PathSearch, stepFrom } from './path-search.ts';
import { type Action, Hurt, type MinerSeen, type PileSeen, type Sight } from './sight.ts';

/** Tiles looked at for a way: what one decision costs at most. */
const SEARCH_TILES = 500;
/** After so many steps a bot looks around again, for something nearer may have come into sight. */
const STEPS_BEFORE_LOOKING = 6;
/** Somewhere to walk to lies this far away at most. */
const WANDER_TILES = 48;
/** A bot that finds no way to the bank looks elsewhere for so many decisions. */
const DETOUR_DECISIONS = 30;
const WANDER_TRIES = 3;
/** For each piece of gold a bot goes so far out of its way to bank it. */
const BANK_TILES_PER_GOLD = 5;

export interface BrainOptions {
  readonly map: CaveMap;
  readonly search: PathSearch;
  /** Any 32-bit whole number. */
  readonly seed: number;
  /** Ticks from one shot to the next. */
  readonly bowTicks: number;
}

interface Plan extends Path {
  /** The pile that is walked to. */
  readonly pile: number | undefined;
  stepsDone: number;
}

/** Equal seeds that see equal things decide alike. */
export class Brain {
  readonly map: CaveMap;
  private readonly options: BrainOptions;
  private readonly generator;
  /** What makes bots differ: how much is carried before a bank is looked for, and how often, in
   *  percent, a chance to shoot is taken. */
  private readonly bankAt: number;
  private readonly aggression: number;
  private plan: Plan | undefined;
  /** Where the last step led from and leads to, while it is not certain that it was taken. */
  private from: Place | undefined;
  private to: Place | undefined;
  private lastDirection = 0;
  private wanderTo: Place | undefined;
  private detour = 0;
  private bowTick = 0;

  constructor(options: BrainOptions) {
    this.options = options;
    this.map = options.map;
    this.generator = xoroshiro128plus(options.seed);
    this.bankAt = this.integer(10, 40);
    this.aggression = this.integer(1, 10);
  }

  /** @returns undefined where there is nothing to be done: unborn, stunned or walled in. */
  decide(sight: Sight): Action | undefined {
    const me = sight.avatar as MinerSeen | undefined;
    if (!me || me.hurt === Hurt.Stunned) {
      this.forgetPlan();
      return undefined;
    }
    if (this.detour > 0) this.detour--;
    const aside = findEscape(sight, this.map, me);
    if (aside !== undefined) {
      this.forgetPlan();
      return { name: 'walk', direction: aside };
    }
    const shot = this.shot(sight, me);
    if (shot !== undefined) return { name: 'shoot', direction: shot };
    const step = this.step(sight, me);
    return step === undefined ? undefined : { name: 'walk', direction: step };
  }

  private shot(sight: Sight, me: MinerSeen): number | undefined {
    if (sight.tick < this.bowTick) return undefined;
    if (this.integer(0, 99) >= this.aggression) return undefined;
    const target = findTarget(sight, this.map, me);
    // One tick more: the shot is counted from the tick that takes it.
    if (target !== undefined) this.bowTick = sight.tick + this.options.bowTicks + 1;
    return target;
  }

  private step(sight: Sight, me: MinerSeen): number | undefined {
    if (this.from && this.from.x === me.x && this.from.y === me.y) {
      // The step is under way, or kept until the one before is done: asked again it changes nothing.
      this.from = undefined;
      return this.lastDirection;
    }
    const strayed = this.to !== undefined && (this.to.x !== me.x || this.to.y !== me.y);
    if (strayed || !this.isWorthGoing(sight)) this.plan = this.newPlan(sight, me);
    const direction = this.plan?.directions.pop();
    if (!this.plan || direction === undefined) {
      this.forgetPlan();
      return this.anyOpen(me);
    }
    this.plan.stepsDone++;
    this.from = { x: me.x, y: me.y };
    this.to = stepFrom(me, direction);
    this.lastDirection = direction;
    return direction;
  }

  private isWorthGoing(sight: Sight): boolean {
    const { plan } = this;
    if (!plan || plan.directions.length === 0) return false;
    if (plan.pile !== undefined) return sight.entities.has(plan.pile);
    return plan.stepsDone < STEPS_BEFORE_LOOKING;
  }

  private newPlan(sight: Sight, me: MinerSeen): Plan | undefined {
    const bank = this.bankFor(me);
    if (bank) {
      const plan = this.planToBank(me, bank);
      if (plan) return plan;
      this.detour = DETOUR_DECISIONS;
    }
    return this.planToGold(sight, me) ?? this.planToWander(me);
  }

  /** The bank to carry the gold to, if that is worth the way. */
  private bankFor({ x, y, gold }: MinerSeen): Place | undefined {
    if (gold === 0 || this.detour > 0) return undefined;
    const bank = this.map.nearestBank(x, y);
    if (!bank || gold >= this.bankAt) return bank;
    const tiles = Math.abs(bank.x - x) + Math.abs(bank.y - y);
    return tiles <= gold * BANK_TILES_PER_GOLD ? bank : undefined;
  }

  private planToBank(me: MinerSeen, bank: Place): Plan | undefined {
    const { search } = this.options;
    search.begin(me.x, me.y);
    for (const place of this.map.banks) search.mark(place.x, place.y);
    return planOf(this.find(bank));
  }

  private planToGold(sight: Sight, me: MinerSeen): Plan | undefined {
    const { search } = this.options;
    search.begin(me.x, me.y);
    for (const pile of sight.of<PileSeen>('gold')) search.mark(pile.x, pile.y);
    // With no pile within reach the same search finds the way onwards.
    this.wanderTo ??= this.somewhere(me);
    const path = this.find(this.wanderTo);
    if (!path?.isGoal) return planOf(path);
    const { x, y } = path.end;
    for (const pile of sight.of<PileSeen>('gold')) {
      if (pile.x === x && pile.y === y) return planOf(path, pile.id);
    }
    return planOf(path);
  }

  /** For who has come as near to where it wanted to go as it can. */
  private planToWander(me: MinerSeen): Plan | undefined {
    for (let i = 0; i < WANDER_TRIES; i++) {
      this.wanderTo = this.somewhere(me);
      this.options.search.begin(me.x, me.y);
      const path = this.find(this.wanderTo);
      if (path) return planOf(path);
    }
    return undefined;
  }

  private find(towards: Place): Path | undefined {
    return this.options.search.find(this.map, SEARCH_TILES, towards, this.integer(0, 3));
  }

  private somewhere({ x, y }: Place): Place {
    const { width, height } = this.map;
    return {
      x: Math.min(width - 1, Math.max(0, x + this.integer(-WANDER_TILES, WANDER_TILES))),
      y: Math.min(height - 1, Math.max(0, y + this.integer(-WANDER_TILES, WANDER_TILES))),
    };
  }

  private anyOpen(me: Place): number | undefined {
    const first = this.integer(0, DIRECTIONS - 1);
    for (let i = 0; i < DIRECTIONS; i++) {
      const direction = (first + i) % DIRECTIONS;
      const { x, y } = stepFrom(me, direction);
      if (this.map.isOpen(x, y)) return direction;
    }
    return undefined;
  }

  private forgetPlan(): void {
    this.plan = undefined;
    this.from = undefined;
    this.to = undefined;
  }

  private integer(min: number, max: number): number {
    return uniformInt(this.generator, min, max);
  }
}

function planOf(path: Path | undefined, pile?: number): Plan | undefined {
  return path && { ...path, pile, stepsDone: 0 };
}
