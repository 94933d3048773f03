// The one writer of the primary's stdout: lines of all processes, as JSON or for a person to read.
import { createRequire } from 'node:module';
import type { WriteLine } from './log.ts';

const require = createRequire(import.meta.url);

export type LogFormat = 'auto' | 'json' | 'pretty';

/** Where finished text goes, without waiting for it; a terminal gets colours. */
export interface LogOutput {
  readonly isTerminal: boolean;
  /** Called with how many texts were dropped since the last call, when there is place again. */
  onDropped: ((count: number) => void) | undefined;
  /** Text that cannot be written is dropped. */
  write(text: string): void;
  /** @returns how many texts were dropped since the last call. */
  takeDropped(): number;
  /** Resolves when all that was not dropped is written, or after `ms`. */
  flush(ms: number): Promise<void>;
}

export const isPretty = (format: LogFormat, output: LogOutput): boolean =>
  format === 'pretty' || (format === 'auto' && output.isTerminal);

/** Writes each line whole, in the format asked for. */
export function lineWriter(format: LogFormat, output: LogOutput): WriteLine {
  if (!isPretty(format, output)) return (line) => output.write(`${line}\n`);
  // Only where it is used: it takes a tenth of a process's start.
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty');
  const colorize = output.isTerminal && !('NO_COLOR' in process.env);
  const pretty = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'role,pid,worker',
    messageFormat: (log, messageKey) => {
      const worker = log.worker === undefined ? '' : ` ${log.worker}`;
      return `${log.role}${worker}: ${log[messageKey] ?? ''}`;
    },
  });
  return (line) => output.write(pretty(JSON.parse(line, withoutControls)));
}

/** Players choose some of what is logged; as JSON it is escaped, here it must not steer a terminal. */
function withoutControls(_key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(
    /[^\P{Cc}\n\t]/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
