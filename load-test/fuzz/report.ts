// What a run of the fuzzer found, for programs and for people.

export interface FuzzReport {
  readonly seed: number;
  readonly seconds: number;
  readonly frames: number;
  /** Whole messages that the server has read, those of the players among them. */
  readonly framesRead: number;
  readonly bytes: number;
  readonly connections: number;
  readonly adminRequests: number;
  /** Errors and rejections that the server sent to attackers, by code, the most frequent first. */
  readonly errors: Readonly<Record<string, number>>;
  /** Processes of the server. */
  readonly deaths: number;
  /** The clients that only wanted to play. */
  readonly players: {
    readonly count: number;
    readonly drops: number;
    readonly ticksPerSecond: number;
    /** The longest time between two ticks that one of them saw. */
    readonly gapMs: number;
    /** From a command to the state that acknowledges it. */
    readonly latencyP99Ms: number;
  };
  /** Sentences; the run has failed where there is one. */
  readonly problems: readonly string[];
  readonly again: string;
}

export function fuzzText(report: FuzzReport): string {
  const { seconds, players } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['seed', String(report.seed)],
    ['seconds', whole(seconds)],
    ['frames sent', `${whole(report.frames)} (${whole(report.frames / seconds)}/s)`],
    ['messages read by the server', whole(report.framesRead)],
    ['megabytes sent', whole(report.bytes / 1e6)],
    ['connections', whole(report.connections)],
    ['requests to the admin port', whole(report.adminRequests)],
    ['deaths of processes', whole(report.deaths)],
    ['players', `${whole(players.count)}, ${whole(players.drops)} drops`],
    ['ticks/s of the players', players.ticksPerSecond.toFixed(1)],
    ['longest gap between ticks, ms', whole(players.gapMs)],
    ['command → state p99, ms', whole(players.latencyP99Ms)],
  ];
  const errors = Object.entries(report.errors).map(
    ([code, count]) => [`  ${code}`, whole(count)] as const,
  );
  const all = [...rows, ['errors sent to attackers', ''] as const, ...errors];
  const width = Math.max(...all.map(([label]) => label.length));
  const lines = all.map(([label, value]) => `${label.padEnd(width)}  ${value}`.trimEnd());
  const problems = report.problems.map((problem) => `FAIL: ${problem}`);
  const again = problems.length === 0 ? [] : [`again: ${report.again}`];
  return [...lines, ...problems, ...again, ''].join('\n');
}

const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });
