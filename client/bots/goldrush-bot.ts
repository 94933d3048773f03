// A bot that plays Goldrush in a room of the client library, at a steady number of commands a second.

import type { RoomView, StateChange } from '../index.ts';
import { Brain } from './brain.ts';
import { CaveMap } from './cave-map.ts';
import { steps } from './directions.ts';
import { PathSearch } from './path-search.ts';
import type { ChunkSeen } from './sight.ts';

export interface BotOptions {
  /** Decisions a second; each is a command, but for those in which nothing can be done. */
  readonly commandsPerSecond: number;
  /** Any 32-bit whole number: what the bot is like, and when in the first period it begins. */
  readonly seed: number;
  /** A command was sent. */
  readonly sent?: (seq: number) => void;
}

/** What a bot needs of a room. */
export type BotRoom = Pick<
  RoomView,
  'about' | 'tick' | 'avatar' | 'entities' | 'of' | 'send' | 'unacknowledged' | 'on' | 'off'
>;

/** Without a connection nobody plays on for long. */
const UNACKNOWLEDGED_MAX = 64;
/** As Goldrush has them, should `about` not say. */
const defaults = { width: 256, height: 256, bowTicks: 12 };

const search = new PathSearch();

export class GoldrushBot {
  private readonly room: BotRoom;
  private readonly options: BotOptions;
  private readonly periodMs: number;
  private brain: Brain;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;

  constructor(room: BotRoom, options: BotOptions) {
    this.room = room;
    this.options = options;
    this.periodMs = 1000 / options.commandsPerSecond;
    this.brain = this.newBrain();
  }

  /** Plays until `stop`, or until the place in the room is gone. */
  start(): void {
    if (this.timer) return;
    const { room } = this;
    this.forget();
    room.on('state', this.changed);
    room.on('rejoined', this.forget);
    room.on('left', this.stop);
    // The golden ratio spreads consecutive seeds evenly over the period.
    const phase = (this.options.seed * 0.618_033_988_749_895) % 1;
    this.dueAt = performance.now() + Math.abs(phase) * this.periodMs;
    this.wait();
  }

  readonly stop = (): void => {
    const { room } = this;
    clearTimeout(this.timer);
    this.timer = undefined;
    room.off('state', this.changed);
    room.off('rejoined', this.forget);
    room.off('left', this.stop);
  };

  private readonly changed = ({ entered }: StateChange): void => {
    for (const id of entered) this.learn(id);
  };

  /** It may be another cave now. */
  private readonly forget = (): void => {
    this.brain = this.newBrain();
    for (const id of this.room.entities.keys()) this.learn(id);
  };

  private readonly act = (): void => {
    const { room } = this;
    const now = performance.now();
    // Late by a whole period or more, it leaves out what it missed.
    this.dueAt += this.periodMs * (1 + Math.max(0, Math.floor((now - this.dueAt) / this.periodMs)));
    this.wait();
    if (room.unacknowledged >= UNACKNOWLEDGED_MAX) return;
    const action = this.brain.decide(room);
    if (!action) return;
    const seq = room.send(action.name, steps[action.direction]);
    this.options.sent?.(seq);
  };

  private wait(): void {
    this.timer = setTimeout(this.act, Math.max(0, this.dueAt - performance.now()));
  }

  private newBrain(): Brain {
    const { width, height, bowTicks } = { ...defaults, ...(this.room.about as object) };
    return new Brain({
      map: new CaveMap(width, height),
      search,
      seed: this.options.seed,
      bowTicks,
    });
  }

  private learn(id: number): void {
    const entity = this.room.entities.get(id);
    if (entity?.kind !== 'chunk') return;
    const { x, y, tiles } = entity as ChunkSeen;
    this.brain.map.learn(x, y, tiles);
  }
}
