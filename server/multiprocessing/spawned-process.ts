// A process that was started here, seen from the one that started it.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Timer } from '../../protocol/timers.ts';
import { scriptOf } from '../boot.ts';
import { Connection } from './connection.ts';
import type { ProcessEnd } from './errors.ts';
import type { FromChild, ToChild } from './messages.ts';
import { NO_INSPECTOR_BY_SIGNAL } from './no-inspector.ts';
import { errorOf } from './remote-error.ts';

/** The file descriptor of the pipe in the process that is started. */
export const PIPE_FD = 3;
/** That of the socket that it is given, if any. */
export const SOCKET_FD = 4;

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const main = new URL(`./process-main${extension}`, import.meta.url);

export interface SpawnOptions {
  readonly name: string;
  /** The first frame: what the process is for. */
  readonly birth: Buffer;
  readonly socket?: Socket | undefined;
  /** What ends it when this process exits; undefined: it goes on. */
  readonly orphanSignal: NodeJS.Signals | undefined;
  message(message: FromChild): void;
  unsendable(message: ToChild, error: unknown): void;
  /** Everything that it sent was given. Called once, never before the constructor is through; also for a
   *  process that the system has not started, which has no `pid`: `cause` says why. */
  ended(end: ProcessEnd, cause: Error | undefined): void;
}

const orphans = new Map<ChildProcess, NodeJS.Signals>();

/** Invariant: it is given messages until `ended` is called, and none after. */
export class SpawnedProcess {
  readonly pid: number | undefined;
  /** How it has ended; undefined while it has not. */
  end: ProcessEnd | undefined;
  private readonly options: SpawnOptions;
  private readonly child: ChildProcess | undefined;
  /** Undefined where the system could not start the process. */
  private readonly connection: Connection<ToChild, FromChild> | undefined;
  /** What it said last, or why it could not be started. */
  private cause: Error | undefined;
  private pings = 0;
  private readonly pongs = new Map<number, () => void>();

  constructor(options: SpawnOptions) {
    this.options = options;
    const { name, socket } = options;
    const child = spawnOrFail(name, socket, (error) => this.failed(error));
    // The process has a handle of its own.
    socket?.destroy();
    this.child = child;
    this.pid = child?.pid;
    if (!child || this.pid === undefined) return;
    child.unref();
    const stream = child.stdio[PIPE_FD] as Duplex & { unref?(): void };
    stream.unref?.();
    this.connection = new Connection({
      stream,
      message: (message) => this.receive(message),
      closed: () => {},
      unsendable: options.unsendable,
    });
    this.connection.write(options.birth);
    if (options.orphanSignal) endWithThis(child, options.orphanSignal);
    child.on('close', (code, signal) => {
      this.ended({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  }

  send(message: ToChild): void {
    this.connection?.send(message);
  }

  /** The process is told that nothing more comes. */
  finish(): void {
    this.connection?.end();
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.end) this.child?.kill(signal);
  }

  /** @returns whether its event loop has turned within `timeoutMs`. */
  isResponsive(timeoutMs: number): Promise<boolean> {
    if (this.end) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const id = ++this.pings;
    const settle = (answer: boolean) => {
      timer.stop();
      this.pongs.delete(id);
      resolve(answer);
    };
    const timer = new Timer(timeoutMs, () => settle(false));
    this.pongs.set(id, () => settle(this.end === undefined));
    this.send(['ping', id]);
    return promise;
  }

  private receive(message: FromChild): void {
    if (message[0] === 'pong') this.pongs.get(message[1])?.();
    else if (message[0] === 'failing') this.cause = errorOf(message[1]);
    else this.options.message(message);
  }

  private failed(error: Error): void {
    this.cause ??= error;
    // A process that was not started does not end either.
    if (this.pid === undefined) this.ended({ exitCode: undefined, signal: undefined });
  }

  private ended(end: ProcessEnd): void {
    if (this.end) return;
    this.end = end;
    if (this.child && orphans.delete(this.child) && orphans.size === 0)
      process.off('exit', killOrphans);
    for (const answer of this.pongs.values()) answer();
    this.options.ended(end, this.cause);
  }
}

/** Node throws some errors of a start, and reports others later, with streams or without.
 *  @param failed called in a later turn. */
function spawnOrFail(
  name: string,
  socket: Socket | undefined,
  failed: (error: Error) => void,
): ChildProcess | undefined {
  const { file, args } = scriptOf(main);
  const script = [file instanceof URL ? fileURLToPath(file) : file, ...args];
  try {
    const child = spawn(
      process.execPath,
      [...inheritedFlags(), NO_INSPECTOR_BY_SIGNAL, ...script, name],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'pipe', ...(socket ? [socket] : [])],
      },
    );
    child.on('error', failed);
    return child;
  } catch (error) {
    setImmediate(failed, error as Error);
    return undefined;
  }
}

/** Flags of Node such as loaders, but what makes this very process something else. */
function inheritedFlags(): string[] {
  const flags: string[] = [];
  for (let index = 0; index < process.execArgv.length; index++) {
    const flag = process.execArgv[index]!;
    // Its script comes next.
    if (/^(-e|-p|-pe|--eval|--print)$/.test(flag)) index++;
    else if (!/^(--eval=|--print=|--input-type|--inspect|--watch)/.test(flag)) flags.push(flag);
  }
  return flags;
}

/** When this process ends without having run this, its end of the pipe closes, which tells them. */
function endWithThis(child: ChildProcess, signal: NodeJS.Signals): void {
  if (orphans.size === 0) process.on('exit', killOrphans);
  orphans.set(child, signal);
}

function killOrphans(): void {
  for (const [child, signal] of orphans) child.kill(signal);
}
