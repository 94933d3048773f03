// What is on record of a sharer, made of the steps that it told of until it ended or was killed.
import type { Step } from './sharer.ts';

/** Of the lock, in µs. */
export interface Hold {
  readonly fence: number;
  readonly from: number;
  /** It had the lock until then at least. */
  readonly to: number;
}

export interface SharerRecord {
  readonly name: string;
  readonly holds: readonly Hold[];
  /** How often it was told that the value was set. */
  readonly raised: number;
  /** Whether it was killed before it was told so of the last time. */
  readonly maybeRaised: boolean;
  readonly put: readonly string[];
  readonly maybePut: string | undefined;
  readonly confirmed: readonly string[];
  readonly maybeConfirmed: string | undefined;
  /** Whether it was killed while it had the lock. */
  readonly killedHolding: boolean;
}

export class SharerBook {
  private readonly name: string;
  private readonly holds: Hold[] = [];
  private readonly put: string[] = [];
  private readonly confirmed: string[] = [];
  private raised = 0;
  private maybeRaised = false;
  private maybePut: string | undefined;
  private maybeConfirmed: string | undefined;
  private held: { readonly fence: number; readonly from: number } | undefined;
  private killedHolding = false;

  constructor(name: string) {
    this.name = name;
  }

  readonly note = (step: Step): void => {
    switch (step.type) {
      case 'held':
        this.held = { fence: step.fence, from: step.at };
        return;
      case 'raising':
      case 'raised':
        this.maybeRaised = step.type === 'raising';
        if (step.type === 'raised') this.raised++;
        return;
      case 'releasing':
        this.endHold(step.at);
        return;
      case 'putting':
        this.maybePut = step.item;
        return;
      case 'put':
        this.maybePut = undefined;
        this.put.push(step.item);
        return;
      case 'confirming':
        this.maybeConfirmed = step.item;
        return;
      case 'confirmed':
        this.maybeConfirmed = undefined;
        this.confirmed.push(step.item);
        return;
      default:
        step satisfies never;
    }
  };

  get isHolding(): boolean {
    return this.held !== undefined;
  }

  /** @param at before it was killed. */
  killed(at: number): void {
    this.killedHolding = this.isHolding;
    this.endHold(at);
  }

  get record(): SharerRecord {
    const { name, holds, raised, maybeRaised, put, confirmed, killedHolding } = this;
    const { maybePut, maybeConfirmed } = this;
    const items = { put, maybePut, confirmed, maybeConfirmed };
    return { name, holds, raised, maybeRaised, ...items, killedHolding };
  }

  private endHold(to: number): void {
    if (this.held) this.holds.push({ ...this.held, to });
    this.held = undefined;
  }
}
