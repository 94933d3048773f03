// Events of a room that come before the program has added its listeners: they wait for the first listener.
import type { RoomEvents, RoomView } from './room-view.ts';

/** What happens once; all else can be read from the view at any time. */
type Once = 'event' | 'left';

interface Kept {
  readonly name: Once;
  readonly args: RoomEvents[Once];
  readonly at: number;
}

/** Beyond this many the oldest is dropped. */
export const KEPT_MAX = 1000;
/** Older events are of no use to a program that begins to listen only now. */
export const KEPT_MS = 10_000;

export class KeptEvents {
  private readonly view: Pick<RoomView, 'emit' | 'on' | 'off'>;
  /** Those that have had no listener yet. */
  private readonly unheard = new Set<Once>(['event', 'left']);
  private kept: Kept[] = [];

  constructor(view: RoomView) {
    this.view = view;
    view.on('newListener' as never, this.heard as never);
  }

  emit<N extends Once>(name: N, ...args: RoomEvents[N]): void {
    if (this.unheard.has(name)) this.keep({ name, args, at: performance.now() });
    else {
      this.deliver();
      this.send(name, args);
    }
  }

  private keep(event: Kept): void {
    this.dropOld(event.at);
    if (this.kept.length === KEPT_MAX) this.kept.shift();
    this.kept.push(event);
  }

  private dropOld(now: number): void {
    // `left` is the last event of a view: it never grows old.
    const isNew = ({ name, at }: Kept) => name === 'left' || now - at < KEPT_MS;
    if (this.kept[0] && !isNew(this.kept[0])) this.kept = this.kept.filter(isNew);
  }

  private readonly heard = (name: string): void => {
    if (!this.unheard.delete(name as Once)) return;
    if (this.unheard.size === 0) this.view.off('newListener' as never, this.heard as never);
    // Listeners that the program adds in the same turn hear them, too.
    if (this.kept.length > 0) queueMicrotask(() => this.deliver());
  };

  private deliver(): void {
    if (this.kept.length === 0) return;
    this.dropOld(performance.now());
    const { kept } = this;
    this.kept = kept.filter(({ name }) => this.unheard.has(name));
    for (const { name, args } of kept) if (!this.unheard.has(name)) this.send(name, args);
  }

  private send(name: Once, args: RoomEvents[Once]): void {
    this.view.emit(name, ...(args as never));
  }
}
