// The line that shows, once a second, how a load-test on a terminal is getting on.
import { percentileMs } from './latency.ts';
import type { Sums, Totals } from './totals.ts';

const PERIOD_MS = 1_000;

export interface ProgressOptions {
  readonly out: NodeJS.WriteStream;
  readonly clients: number;
  /** Those that count at the moment. */
  readonly totals: () => Totals;
}

export class Progress {
  /** What is being done, in a word. */
  phase = 'connecting';
  private readonly options: ProgressOptions;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly startedAt = performance.now();
  private before: Sums | undefined;
  private counted: Totals | undefined;

  /** Shows nothing where `out` is no terminal. */
  constructor(options: ProgressOptions) {
    this.options = options;
    if (options.out.isTTY) this.timer = setInterval(() => this.show(), PERIOD_MS);
  }

  /** Takes the line away. */
  close(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.write('');
  }

  private show(): void {
    const { totals: current, clients } = this.options;
    const totals = current();
    if (totals.samples.length === 0) return;
    // What was counted before the window began is another count.
    const before = this.counted === totals ? this.before : undefined;
    this.counted = totals;
    const now = totals.sums();
    this.before = now;
    const rate = (name: 'commandsSent' | 'statesReceived'): string => {
      const seconds = now.seconds - (before?.seconds ?? 0);
      return seconds > 0 ? whole((now[name] - (before?.[name] ?? 0)) / seconds) : '–';
    };
    const latency = totals.takeRecent();
    const ms = (percentile: number) => shortMs(percentileMs(latency, percentile));
    const elapsed = Math.round((performance.now() - this.startedAt) / 1000);
    this.write(
      [
        `${elapsed} s ${this.phase}`,
        `${now.ready}/${clients} connected${now.drops > 0 ? `, ${now.drops} dropped` : ''}`,
        `${rate('commandsSent')} commands/s`,
        `${rate('statesReceived')} states/s`,
        `p50 ${ms(50)}, p99 ${ms(99)}`,
      ].join('  '),
    );
  }

  private write(line: string): void {
    this.options.out.write(`\r\x1b[K${line.slice(0, this.options.out.columns - 1)}`);
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const shortMs = (ms: number): string => (Number.isNaN(ms) ? '–' : `${Math.round(ms)} ms`);
