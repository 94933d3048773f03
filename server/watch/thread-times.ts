// How Linux has scheduled a thread: what it ran, what it waited for a processor, and its state.
import { openSync, readFileSync, readSync } from 'node:fs';

export interface ThreadTimes {
  /** A letter of proc(5): `R` runs or could run, `S` sleeps, `D` waits for the disk, `T` is stopped. */
  readonly state: string;
  /** On a processor since the thread's start, in ms. */
  readonly cpuMs: number;
  /** Able to run, and waiting for a processor. 0 where the kernel does not count it. */
  readonly waitMs: number;
}

const NS_PER_MS = 1e6;
/** What the fields `utime` and `stime` count: the kernel's interface fixes it at 100 a second. */
const MS_PER_CLOCK_TICK = 10;
/** Of the fields behind the name in `stat`. */
const UTIME = 11;
const STIME = 12;

/** @param pid the process; the same number is that of its main thread.
 *  @returns undefined where the system has no such files, or the process has ended. The state is read
 *  when it is asked for: mostly the times suffice, and a file costs as much as all the rest of a look. */
export function mainThreadTimes(pid: number): ThreadTimes | undefined {
  const folder = folderOf(pid);
  const scheduled = parseSchedule(textOf(`${folder}/schedstat`));
  return scheduled ? withState(scheduled, folder) : parseStat(textOf(`${folder}/stat`));
}

const folderOf = (pid: number): string => `/proc/${pid}/task/${pid}`;

/** Longer than three numbers of 64 bits. */
const SCHEDSTAT_BYTES_MAX = 80;

/** The times of this process, for a caller that asks often: the file stays open, which makes a call five times as
 *  cheap.
 *  @returns a function that gives the same times as `mainThreadTimes`. */
export function ownThreadTimes(): () => ThreadTimes | undefined {
  const { pid } = process;
  const folder = folderOf(pid);
  const bytes = Buffer.alloc(SCHEDSTAT_BYTES_MAX);
  let file: number;
  try {
    file = openSync(`${folder}/schedstat`, 'r');
  } catch {
    return () => mainThreadTimes(pid);
  }
  return () => {
    const length = readSync(file, bytes, 0, SCHEDSTAT_BYTES_MAX, 0);
    const scheduled = parseSchedule(bytes.toString('latin1', 0, length));
    return scheduled ? withState(scheduled, folder) : mainThreadTimes(pid);
  };
}

function withState(scheduled: Omit<ThreadTimes, 'state'>, folder: string): ThreadTimes {
  return {
    ...scheduled,
    get state() {
      return parseStat(textOf(`${folder}/stat`))?.state ?? '';
    },
  };
}

/** @param schedstat the text of this file; '' where it is missing.
 *  @returns undefined where the kernel does not count these times. */
export function parseSchedule(schedstat: string): Omit<ThreadTimes, 'state'> | undefined {
  const [run, wait] = schedstat.split(' ').map((ns) => Number(ns) / NS_PER_MS);
  return run === undefined || wait === undefined ? undefined : { cpuMs: run, waitMs: wait };
}

/** @param stat the text of this file; '' where it is missing. */
export function parseStat(stat: string): ThreadTimes | undefined {
  if (stat === '') return undefined;
  // The name before these fields may hold spaces and parentheses.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[UTIME - 1]) + Number(fields[STIME - 1]);
  return { state, cpuMs: ticks * MS_PER_CLOCK_TICK, waitMs: 0 };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
