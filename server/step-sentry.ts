// The second line behind the guard: in the watch thread of a process that runs rooms, it sees a step that the
// guard could not stop, because a native function does not return. It writes down which input that is, and
// ends the process: the next one sets the input aside at once, instead of hanging in it as well.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MARK_FILE, markText } from './store/recovery-mark.ts';
import { Judge } from './watch/judge.ts';
import type { MakeSentry } from './watch/sentry.ts';

export interface StepSentryData {
  /** What the rooms mark; see coordinator/guard.ts. */
  readonly suspect: SharedArrayBuffer;
  readonly fields: { readonly room: number; readonly tick: number; readonly index: number } & {
    readonly step: number;
  };
  /** The folder of the rooms' folders. */
  readonly rooms: string;
  /** The time of one step on a processor or asleep, in ms, after which the process ends. */
  readonly limitMs: number;
  /** Between two looks of the thread. */
  readonly intervalMs: number;
}

const makeSentry: MakeSentry<StepSentryData> = (data) => {
  const { fields, limitMs, intervalMs } = data;
  const suspect = new Int32Array(data.suspect);
  const judge = new Judge(intervalMs);
  let looks = 0;
  let isEnding = false;
  return (sample, tools) => {
    const step = Atomics.load(suspect, fields.step);
    // No guard is open: whatever is late then is no game's fault, and each look counts as progress.
    const progress = (step & 1) === 1 ? step : -++looks;
    const stretch = judge.look({ ...sample, progress });
    if (!stretch || stretch.heldMs < limitMs || isEnding) return;
    isEnding = true;
    const heldMs = Math.round(stretch.heldMs);
    void tools.stack().then((stack) => {
      isEnding = Atomics.load(suspect, fields.step) === step;
      if (!isEnding) return;
      const text = accuse(data, suspect);
      tools.say(`game code hangs for ${heldMs} ms and cannot be stopped: ${text}\n${stack ?? ''}`);
      tools.kill();
    });
  };
};

/** @returns what is said of it. */
function accuse({ fields, rooms }: StepSentryData, suspect: Int32Array): string {
  const room = suspect[fields.room]!;
  const tick = suspect[fields.tick]!;
  const index = suspect[fields.index]!;
  if (room === 0) return 'it is in no room that is written down; the process is replaced';
  const path = join(rooms, String(room), MARK_FILE);
  try {
    // A recovery marks by itself where it is.
    if (!existsSync(path))
      writeFileSync(path, markText({ tick, index, times: 1 }), { mode: 0o600 });
  } catch (error) {
    return `room ${room} (its recovery cannot be told: ${error}); the process is replaced`;
  }
  return `room ${room}, tick ${tick}, input ${index}; the process is replaced, and the next one skips this input`;
}

export default makeSentry;
