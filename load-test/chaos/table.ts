// Shows a chaos run to people: a line for each fault, and the table at the end.
import { nameOf } from './checks.ts';
import type { Outcome } from './evidence.ts';
import { type ChaosReport, type ClientLoad, type KindReport, pausesOf } from './report.ts';

const COLUMNS = ['fault', 'count', 'clients', 'p50 ms', 'p99 ms', 'max ms', 'drops', 'verdict'];

/** One line, without its end. */
export function lineOf(outcome: Outcome): string {
  const { atMs, text, failures, window } = outcome;
  const pauses = pausesOf([window]);
  const seconds = (atMs / 1000).toFixed(1).padStart(6);
  const handed = window.handedOver;
  const parts = [
    `${seconds} s  ${nameOf(outcome)}: ${text}`,
    handed > 0 ? `${handed} clients handed over` : 'nobody handed over',
    pauses ? `pause p99 ${whole(pauses.p99)} ms` : '',
    window.lost > 0 ? `${window.lost} connections lost` : '',
    ...failures,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The whole text at the end, several lines. */
export function tableOf(report: ChaosReport): string {
  const rows = [COLUMNS, ...report.kinds.map(kindRow)];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) =>
        i === 0 || i === COLUMNS.length - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return ['', ...lines, '', ...totals(report), '', ...verdict(report), ''].join('\n');
}

function kindRow({ name, faults, pauses, drops, broken, isSlow, pauseMsMax }: KindReport) {
  const slow = isSlow ? `slow: p99 above ${pauseMsMax} ms` : 'held';
  return [
    name,
    whole(faults),
    pauses ? whole(pauses.clients) : '–',
    pauses ? whole(pauses.p50) : '–',
    pauses ? whole(pauses.p99) : '–',
    pauses ? whole(pauses.max) : '–',
    whole(drops),
    broken ? 'BROKEN' : slow,
  ];
}

function totals(report: ChaosReport): string[] {
  const { faults, seconds, clients, additions, askedAgain, quiet, kinds, leftOut } = report;
  const busiest = kinds.toSorted((a, b) => b.load.cpuPercent - a.load.cpuPercent)[0];
  const { roomsReplayed, games, trades, sharing } = report;
  const { lockHandOvers, handOverMsMax, holdersKilled, itemsPassed } = sharing;
  return [
    `${whole(faults)} faults in ${whole(seconds)} s, ${whole(clients)} clients`,
    `${whole(additions)} additions counted, ${whole(askedAgain)} answers asked for twice`,
    `${whole(games)} matches played to the end, ${whole(trades)} trades made`,
    `${whole(lockHandOvers)} lock hand-overs (${whole(handOverMsMax)} ms apart at most), ` +
      `${whole(holdersKilled)} holders killed, ${whole(itemsPassed)} items passed`,
    `${whole(roomsReplayed)} rooms replayed from their files`,
    `clients before the faults: ${loadText(quiet)}`,
    ...(busiest ? [`clients at most (${busiest.name}): ${loadText(busiest.load)}`] : []),
    ...leftOut.map((text) => `left out: ${text}`),
  ];
}

function loadText({ cpuPercent, bytesReceivedPerSecond, bytesSentPerSecond }: ClientLoad): string {
  const kilobytes = (bytes: number) => whole(bytes / 1000);
  return (
    `${whole(cpuPercent)} % of a core, ${kilobytes(bytesReceivedPerSecond)} KB/s in, ` +
    `${kilobytes(bytesSentPerSecond)} KB/s out`
  );
}

/** Violations of one kind can be many. */
const VIOLATIONS_SHOWN = 20;

function verdict({ violations, again, kept }: ChaosReport): string[] {
  if (violations.length === 0) return ['PASS'];
  const shown = violations.slice(0, VIOLATIONS_SHOWN);
  const more = violations.length - shown.length;
  return [
    'FAIL',
    ...shown.map(({ invariant, text }) => `  ${invariant}: ${text}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `again: ${again}`,
    ...(kept === null ? [] : [`data: ${kept}`]),
  ];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
