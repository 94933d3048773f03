// Shows the result of a load-test to people.
import type { Report, ServerReport } from './report.ts';

/** From here on the clients' own processes are a part of what is measured. */
const LAG_MS_NOTABLE = 20;
/** On average: a second of it is enough to show in the p99 of half a minute. */
const OTHERS_PERCENT_NOTABLE = 5;

const CLIENTS = { bots: 'bots', crowd: 'clients of the crowd', idle: 'idle connections' } as const;

type Row = readonly [label: string, value: string];

/** The whole text, several lines; limits that were not kept are said elsewhere. */
export function tableOf(report: Report): string {
  const rows = [
    ...clientRows(report),
    ...(report.mode === 'idle' ? [] : gameRows(report)),
    ...(report.server ? serverRows(report.server, report) : []),
    ...clientProcessRows(report),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
  return [...lines, ...notes(report), ''].join('\n');
}

function clientRows(report: Report): Row[] {
  const { clients, connected, drops, seconds, bytesPerSecondPerClient: bytes } = report;
  return [
    [CLIENTS[report.mode], number(clients)],
    ['seconds', number(seconds, 1)],
    ['connected', number(connected)],
    ['drops', number(drops)],
    ['bytes/s per client', `${number(bytes.received)} in, ${number(bytes.sent)} out`],
  ];
}

function gameRows({ commands, states, latencyMs, ticksPerSecond }: Report): Row[] {
  const latency = latencyMs
    ? `${ms(latencyMs.p50)} / ${ms(latencyMs.p90)} / ${ms(latencyMs.p99)} / ${ms(latencyMs.p999)} / ${ms(latencyMs.max)}`
    : '–';
  return [
    ['commands sent', `${number(commands.sent)} (${number(commands.perSecond)}/s)`],
    [
      'commands acknowledged',
      `${number(commands.acknowledged)}, refused by the game ${number(commands.rejected)}`,
    ],
    ['states received', `${number(states.received)} (${number(states.perSecond)}/s)`],
    ['states/s per client', number(states.perSecondPerClient, 2)],
    ['slowest client', `${number(states.slowestShare, 2)} of the mean`],
    ['longest gap, ms', number(states.longestGapMs)],
    ['ticks/s', number(ticksPerSecond, 2)],
    ['command → state, ms', `${latency}  (p50 / p90 / p99 / p99.9 / max)`],
  ];
}

function serverRows(server: ServerReport, report: Report): Row[] {
  const rows: Row[] = server.processes.map(({ role, slot, cpuPercent, pssBytes }) => [
    `server ${role}${role === 'worker' ? ` ${slot}` : ''}`,
    `${number(cpuPercent, 1)} % of a core, ${megabytes(pssBytes)} MB`,
  ]);
  const percent = (server.cpuSeconds / report.seconds) * 100;
  rows.push([
    'server in total',
    `${number(percent, 1)} % of a core, ${megabytes(server.pssBytes)} MB (PSS)`,
  ]);
  if (report.mode !== 'idle') {
    rows.push(['server CPU per state', `${number(server.cpuMicrosPerState, 1)} µs`]);
  }
  rows.push(['server memory per client', memoryText(server)]);
  if (server.tickLagMs) {
    const { p50, p99 } = server.tickLagMs;
    rows.push(['tick lag, ms', `p50 ≤ ${number(p50, 2)}, p99 ≤ ${number(p99, 2)}`]);
  }
  rows.push(['ticks skipped', number(server.ticksSkipped)]);
  rows.push(['processes that died', number(server.deaths)]);
  return rows;
}

function memoryText({ pssBytesPerConnection, pssBytesBefore }: ServerReport): string {
  if (pssBytesPerConnection === null) return '–';
  const each = number(pssBytesPerConnection / 1024, 1);
  return `${each} KB (PSS) over the ${megabytes(pssBytesBefore)} MB before anybody connected`;
}

function clientProcessRows({ clientProcesses }: Report): Row[] {
  return clientProcesses.map(({ clients, cpuPercent, eventLoopLagP99Ms }, i) => [
    `client process ${i + 1}`,
    `${number(clients)} clients, ${number(cpuPercent, 1)} % of a core, ` +
      `event loop late by ${number(eventLoopLagP99Ms, 1)} ms (p99)`,
  ]);
}

function notes({ clientProcesses, lastError, limits, server }: Report): string[] {
  const lines: string[] = [];
  const others = server?.othersCpuPercent ?? 0;
  if (others > OTHERS_PERCENT_NOTABLE) {
    lines.push(
      `Other programs used ${number(others)} % of a core meanwhile: all is slower for it.`,
    );
  }
  const lag = Math.max(...clientProcesses.map((process) => process.eventLoopLagP99Ms));
  if (lag > LAG_MS_NOTABLE) {
    lines.push(
      `The clients' own event loops run late (p99 ${number(lag, 1)} ms): the latencies above contain ` +
        'that. Use --processes, fewer clients, or another machine for them.',
    );
  }
  if (lastError) lines.push(`The newest error of a client: ${lastError}`);
  for (const limit of limits) {
    const { flag, actual, unit, kept } = limit;
    if (kept) lines.push(`kept: ${flag} ${limit.limit} (${number(actual, 2)} ${unit})`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

const ms = (value: number): string => number(value, 1);

function number(value: number | null, digits = 0): string {
  if (value === null) return '–';
  if (value === Number.POSITIVE_INFINITY) return '∞';
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const megabytes = (bytes: number | null): string =>
  number(bytes === null ? null : bytes / 1024 ** 2, 1);
