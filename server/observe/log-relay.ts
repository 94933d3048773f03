// What children write to stdout and stderr, as lines of the one log.
import { LastLines } from './last-lines.ts';
import { LineSplitter } from './line-splitter.ts';
import { createLog, type Log, type LogRole, logDropped, type WriteLine } from './log.ts';
import { isPretty, type LogFormat, type LogOutput, lineWriter } from './log-writer.ts';
import { standardOutput } from './stdout.ts';

const LINE_BYTES_MAX = 65_536;

/** The process that a stream belongs to. A spare one has another role later. */
export interface LogSource {
  readonly role: LogRole;
  /** The process's number; lines show it where the role is worker. */
  readonly worker: number;
  readonly pid: number;
}

export interface RelayOptions {
  readonly source: LogSource;
  /** Which of its streams it is. What is no log line becomes one: of stdout a warning, of stderr an
   *  error. */
  readonly name: 'stdout' | 'stderr';
  readonly write: WriteLine;
  readonly lastLines: LastLines;
}

/** Passes log lines of a child on unchanged, and makes log lines of what else it writes (a crash's
 *  stack trace, console output of game code). Lines are cut at 64 KiB; a blank line is dropped.
 *  @returns a promise that resolves when the stream has ended and all of it was passed on. */
export function relayOutput(stream: NodeJS.ReadableStream, options: RelayOptions): Promise<void> {
  const { source, name, write, lastLines } = options;
  let log: Log | undefined;
  let loggedAs: LogRole | undefined;
  const logOf = ({ role, worker, pid }: LogSource): Log => {
    const number = role === 'worker' ? worker : undefined;
    // Its level does not depend on the configuration: nobody else would tell of these lines.
    if (role !== loggedAs) log = createLog({ role, worker: number, pid, level: 'warn', write });
    loggedAs = role;
    return log!;
  };
  const splitter = new LineSplitter(LINE_BYTES_MAX, (line, cut) => {
    if (line.trim() === '') return;
    lastLines.add(line);
    if (!cut && isLogLine(line)) write(line);
    else
      logOf(source)[name === 'stdout' ? 'warn' : 'error'](
        { stream: name, cut: cut || undefined },
        line,
      );
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.on('data', (chunk: Buffer) => splitter.push(chunk));
  // A broken pipe ends with its process, whose exit is reported elsewhere.
  stream.on('error', () => {});
  stream.once('close', () => {
    splitter.end();
    resolve();
  });
  return promise;
}

function isLogLine(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    const { level, time, pid } = JSON.parse(line);
    return level !== undefined && time !== undefined && pid !== undefined;
  } catch {
    return false;
  }
}

/** The primary's hold on stdout: every line of every process goes through `write`. */
export class LogRelay {
  /** Writes one line of JSON, in the format of this relay. */
  readonly write: WriteLine;
  /** Whether lines are made for a person to read. */
  readonly isPretty: boolean;
  private readonly output: LogOutput;
  private readonly lastLinesOf = new Map<number, LastLines>();

  constructor(format: LogFormat, output: LogOutput = standardOutput()) {
    this.output = output;
    this.isPretty = isPretty(format, output);
    this.write = lineWriter(format, output);
    const log = createLog({ role: 'primary', level: 'warn', write: this.write });
    output.onDropped = (count) => logDropped(log, count);
  }

  /** Relays a stream of a child until it ends; see `relayOutput`. */
  add(stream: NodeJS.ReadableStream, source: LogSource, name: 'stdout' | 'stderr'): Promise<void> {
    const lastLines = this.lastLinesOf.get(source.pid) ?? new LastLines();
    this.lastLinesOf.set(source.pid, lastLines);
    return relayOutput(stream, { source, name, write: this.write, lastLines });
  }

  /** What process `pid` has written of late, both streams, oldest first, until `forget`. */
  lastLines(pid: number): readonly string[] {
    return this.lastLinesOf.get(pid)?.list() ?? [];
  }

  /** Call it when a process is dead and its crash record written. */
  forget(pid: number): void {
    this.lastLinesOf.delete(pid);
  }

  /** Writes text that is no log line, as it is. */
  writeText(text: string): void {
    this.output.write(text);
  }

  /** @returns how many lines were dropped since the last call. */
  takeDropped(): number {
    return this.output.takeDropped();
  }

  /** Resolves when all lines are written, or after `ms`. */
  flush(ms: number): Promise<void> {
    return this.output.flush(ms);
  }
}
