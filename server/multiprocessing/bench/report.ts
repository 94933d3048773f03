// The table of the benchmark: for each operation, who does how many at which cost.
import type { Cost } from './measure.ts';

export class Report {
  private readonly rows = new Map<string, [who: string, cost: Cost][]>();
  private readonly missing: string[] = [];

  add(what: string, who: string, cost: Cost): void {
    const rows = this.rows.get(what);
    if (rows) rows.push([who, cost]);
    else this.rows.set(what, [[who, cost]]);
    process.stderr.write(`${what}: ${who}\n`);
  }

  /** A peer that cannot be measured here. */
  leaveOut(who: string, why: string): void {
    this.missing.push(`${who}: ${why}, left out`);
  }

  /** Ratios are to the first of each operation. */
  text(): string {
    const lines = [lineOf('', 'per second', 'ratio', 'CPU µs each', 'ratio')];
    for (const [what, rows] of this.rows) {
      lines.push(what);
      const base = rows[0]![1];
      for (const [who, { perSecond, cpuMicros }] of rows) {
        const speed = Math.round(perSecond).toLocaleString('en');
        const [faster, dearer] = [perSecond / base.perSecond, cpuMicros / base.cpuMicros];
        const cpu = cpuMicros.toFixed(cpuMicros < 10 ? 2 : 0);
        lines.push(lineOf(`  ${who}`, speed, faster.toFixed(2), cpu, dearer.toFixed(2)));
      }
    }
    return [...lines, ...this.missing].join('\n');
  }
}

function lineOf(first: string, ...cells: readonly string[]): string {
  return first.padEnd(44) + cells.map((cell) => cell.padStart(13)).join('');
}
