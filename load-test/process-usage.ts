// What processes of this machine have used, from /proc: CPU time, memory.
import { readFileSync } from 'node:fs';

/** The unit of times in /proc/<pid>/stat: USER_HZ, which Linux shows as 100 on every platform. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process since it began, without its children; undefined when it is gone,
 *  is on another machine, or this is not Linux. */
export function cpuSecondsOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Memory of a process, shared pages counted in parts (proportional set size); else undefined as for
 *  `cpuSecondsOf`, or when the process belongs to somebody else. */
export function pssBytesOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/smaps_rollup`);
  return text === undefined ? undefined : parsePss(text);
}

/** What all programs of this machine have used since it was started; undefined where this is not
 *  Linux. Interrupts count: Linux books them to the process that they interrupt, too. */
export function machineCpuSeconds(): number | undefined {
  const text = read('/proc/stat');
  return text === undefined ? undefined : parseMachineStat(text);
}

export function parseMachineStat(text: string): number | undefined {
  const fields = /^cpu +(.*)/.exec(text)?.[1]?.split(' ').map(Number) ?? [];
  const [user, nice, system, _idle, _waiting, interrupts, softInterrupts] = fields;
  const ticks = user! + nice! + system! + interrupts! + softInterrupts!;
  return Number.isNaN(ticks) ? undefined : ticks / TICKS_PER_SECOND;
}

export function parseStat(text: string): number | undefined {
  // The name in parentheses may contain anything, spaces and parentheses, too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return Number.isNaN(seconds) ? undefined : seconds;
}

export function parsePss(text: string): number | undefined {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
