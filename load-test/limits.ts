// What a load-test can be told to insist on: each limit with its flag, and where its figure is.
import type { Report } from './report.ts';

interface LimitRow {
  readonly flag: string;
  readonly unit: string;
  /** `max`: the figure may be the limit and less; `min`: the limit and more. */
  readonly kind: 'max' | 'min';
  readonly text: string;
  /** @returns null where it was not measured: the limit is then not kept. */
  readonly actual: (report: Measured) => number | null;
}

type Measured = Omit<Report, 'limits'>;

export const limits = {
  p99MaxMs: {
    flag: '--p99-max-ms',
    unit: 'ms',
    kind: 'max',
    text: '99 % of the commands acknowledged within so many ms',
    actual: ({ latencyMs }) => latencyMs?.p99 ?? null,
  },
  dropsMax: {
    flag: '--drops-max',
    unit: 'clients',
    kind: 'max',
    text: 'so many connections lost or never made at most',
    actual: ({ drops, clients, connected }) => drops + clients - connected,
  },
  statesMin: {
    flag: '--states-min',
    unit: 'states/s',
    kind: 'min',
    text: 'states per second and client',
    actual: ({ states }) => states.perSecondPerClient,
  },
  ticksMin: {
    flag: '--ticks-min',
    unit: 'ticks/s',
    kind: 'min',
    text: 'ticks per second of the game',
    actual: ({ ticksPerSecond }) => ticksPerSecond,
  },
  slowestMin: {
    flag: '--slowest-min',
    unit: 'of the mean',
    kind: 'min',
    text: 'states of the slowest client, as a share of the mean',
    actual: ({ states }) => states.slowestShare,
  },
  gapMaxMs: {
    flag: '--gap-max-ms',
    unit: 'ms',
    kind: 'max',
    text: 'the longest time in which a client received no state',
    actual: ({ states }) => states.longestGapMs,
  },
  deathsMax: {
    flag: '--deaths-max',
    unit: 'processes',
    kind: 'max',
    text: 'processes of the server that died or were killed',
    actual: ({ server }) => server?.deaths ?? null,
  },
  cpuMaxUs: {
    flag: '--cpu-max-us',
    unit: 'µs',
    kind: 'max',
    text: 'µs of server CPU per state received',
    actual: ({ server }) => server?.cpuMicrosPerState ?? null,
  },
  memoryMaxKb: {
    flag: '--memory-max-kb',
    unit: 'KB',
    kind: 'max',
    text: 'KB of server memory (PSS) per connection',
    actual: ({ server }) => {
      const bytes = server?.pssBytesPerConnection ?? null;
      return bytes === null ? null : bytes / 1024;
    },
  },
} as const satisfies Record<string, LimitRow>;

export type LimitName = keyof typeof limits;

/** A limit that was asked for, and whether it was kept. */
export interface Limit {
  readonly flag: string;
  readonly limit: number;
  readonly actual: number | null;
  readonly unit: string;
  readonly kept: boolean;
}

export function checkLimits(
  asked: Readonly<Partial<Record<LimitName, number>>>,
  report: Measured,
): Limit[] {
  return Object.entries(asked).map(([name, limit]) => {
    const { flag, unit, kind, actual: actualOf }: LimitRow = limits[name as LimitName];
    const actual = actualOf(report);
    const kept = actual !== null && (kind === 'max' ? actual <= limit : actual >= limit);
    return { flag, limit, actual, unit, kept };
  });
}

/** One line for a limit that was not kept: which, and by how much. */
export function brokenText({ flag, limit, actual, unit }: Limit): string {
  if (actual === null) return `${flag} ${limit}: not measured`;
  const difference = Math.abs(actual - limit);
  const side = actual > limit ? 'more' : 'less';
  return `${flag} ${limit}: was ${round(actual)} ${unit}, ${round(difference)} ${side} than the limit`;
}

const round = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
