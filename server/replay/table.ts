// Shows a replay to people.
import type { FailedCall, ReplayReport, SnapshotReport, Verdict } from './replay.ts';

const verdicts: Readonly<Record<Verdict, string>> = {
  start: 'the replay begins here',
  equal: 'the replay is equal',
  differs: 'the replay differs',
  'other code': 'written by other code of the game: not compared',
  'older format': 'written by an older server: not compared',
  'not reached': 'the replay does not come so far',
};

type Row = readonly [label: string, value: string];

/** The whole text, several lines. */
export function tableOf(report: ReplayReport): string {
  const { room, game, players, batches, inputs, seconds, tick, hash } = report;
  const rows: Row[] = [
    ['room', String(room)],
    ['game', game],
    ['players', String(players)],
    ...report.snapshots.map((snapshot): Row => ['snapshot', snapshotText(snapshot)]),
    ['batches', `${batches}, with ${inputs} inputs`],
    ['ticks/s', seconds > 0 && batches > 0 ? (batches / seconds).toFixed(0) : '–'],
    ['end', `tick ${tick}, ${hash}`],
  ];
  const lines = rows.map(([label, value]) => `${label.padEnd(10)}${value}`);
  return [...lines, ...notes(report), conclusion(report), ''].join('\n');
}

function conclusion({ isEqual, snapshots, thrown }: ReplayReport): string {
  if (thrown) return 'The game threw: the replay ends there.';
  if (!isEqual) return 'The replay DIFFERS from what the server had.';
  const isCompared = snapshots.some(({ verdict }) => verdict === 'equal');
  if (isCompared) return 'The replay is equal to what the server had.';
  return 'Nothing could be compared: no later state of the room is written down.';
}

function snapshotText({ tick, hash, verdict }: SnapshotReport): string {
  return `tick ${tick}, ${hash ?? 'no hash'}: ${verdicts[verdict]}`;
}

function notes(report: ReplayReport): string[] {
  const { failures, failed, ended, thrown, droppedBytes, damaged } = report;
  return [
    ...damaged.map((text) => `left out: ${text}`),
    ...(droppedBytes > 0 ? [`The journal’s last ${droppedBytes} bytes are no whole record.`] : []),
    ...failed.flatMap(failedLines),
    ...(failures > failed.length
      ? [`The game failed on ${failures} calls; here are the first.`]
      : []),
    ...(ended === undefined ? [] : [`The game ended the room: ${ended}`]),
    ...report.snapshots.flatMap(differenceLines),
    ...(thrown
      ? [`tick ${thrown.tick}: the game threw in its tick, after all inputs`, thrown.stack]
      : []),
  ];
}

function differenceLines({ tick, verdict, difference }: SnapshotReport): string[] {
  if (verdict !== 'differs') return [];
  // Equal to a reader, but not in their bytes: the text of a value that differs was cut.
  const { path, left, right } = difference ?? { path: 'the state', left: '?', right: '?' };
  return [`tick ${tick}: ${path}: ${left} in the snapshot, ${right} in the replay`];
}

function failedLines({ tick, part, command, player, stack }: FailedCall): string[] {
  const call = command === undefined ? `\`${part}\`` : `the command ${command}`;
  return [`tick ${tick}: the game failed on ${call} of player ${player}; it was undone`, stack];
}
