// Pipe: what goes in at one end comes out at the other, wherever the two are.
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { checkDuration, Timer } from '../../protocol/timers.ts';
import { Connection } from './connection.ts';
import { EndOfStreamError, TimeoutError } from './errors.ts';
import { unsendableOf } from './failures.ts';
import { frameOf } from './frame.ts';
import { KeepAlive } from './keep-alive.ts';
import { accepted, dialled, MAKING } from './pipe-socket.ts';
import type { WaitOptions } from './shared/index.ts';
import { makeSocketFolder } from './socket-folder.ts';

const SUBJECT = 'a pipe';

/** An end that no process has opened yet: a plain value, which can be among the arguments of a process
 *  or in a message. */
export interface PipeEnd {
  /** Only this user can enter it. */
  readonly directory: string;
  readonly isFirst: boolean;
}

/** Messages that nobody has received yet; beyond, the other end's `send` waits. */
const AHEAD_MAX = 64;

/** Directories of pipes that were made here; with both ends open they are gone before. */
const made = new Set<string>();
process.on('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** An open end. Values arrive as they are, in order, or are refused; `messageBytesMax` each at most. An
 *  end keeps its process from ending only while something waits for it. */
export class Pipe<Sent = unknown, Received = Sent>
  implements AsyncIterable<Received>, Disposable, AsyncDisposable
{
  private readonly connected: Promise<Socket>;
  private readonly keepAlive = new KeepAlive();
  private readonly received: Received[] = [];
  private readonly waiting = new Set<() => void>();
  private socket: Socket | undefined;
  private readonly directory: string;
  private hasSent = false;
  private isOver = false;
  private isClosed = false;

  private constructor({ directory, isFirst }: PipeEnd) {
    this.directory = directory;
    this.connected = (isFirst ? accepted(directory) : dialled(directory)).then((socket) => {
      made.delete(directory);
      this.use(socket);
      return socket;
    });
    this.connected.catch(() => this.over());
  }

  /** The two ends of a new pipe. Each is for the process that opens it first; the process that
   *  made them has to live until both are open.
   *  @throws an Error where no directory for temporary files takes a socket. */
  static ends(): [PipeEnd, PipeEnd] {
    const directory = makeSocketFolder('holdfast-pipe-', MAKING);
    made.add(directory);
    return [
      { directory, isFirst: true },
      { directory, isFirst: false },
    ];
  }

  /** Returns at once; the other end may be opened later. */
  static open<Sent = unknown, Received = Sent>(end: PipeEnd): Pipe<Sent, Received> {
    return new Pipe<Sent, Received>(end);
  }

  /** Resolves when the system has it: then it arrives, whatever becomes of this process. Waits while
   *  the other end is not open yet, or does not receive.
   *  @throws {ProcessError} `NOT_CLONEABLE`; {MessageTooLargeError}.
   *  @throws {EndOfStreamError} when this end is closed, or the other one is gone. */
  async send(value: Sent): Promise<void> {
    const frame = this.frame(value);
    if (this.isClosed || this.isOver) throw new EndOfStreamError(SUBJECT);
    this.hasSent = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (error: unknown) => reject(new EndOfStreamError(SUBJECT, error));
    this.connected.then((socket) => {
      socket.write(frame, (error) => (error ? failed(error) : resolve()));
    }, failed);
    await this.keepAlive.during(promise);
  }

  /** The next message.
   *  @throws {TimeoutError} after `timeoutMs`.
   *  @throws {EndOfStreamError} when the other end is closed or its process has ended, and all that
   *  it had sent was received; also when this end is closed. */
  async recv(options: WaitOptions = {}): Promise<Received> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    checkDuration('timeoutMs', timeoutMs);
    const until = performance.now() + timeoutMs;
    while (this.received.length === 0) {
      const leftMs = Math.max(0, until - performance.now());
      if (!(await this.arrival(leftMs, signal))) throw new TimeoutError(SUBJECT, timeoutMs);
      if (this.received.length === 0 && this.isOver) throw new EndOfStreamError(SUBJECT);
    }
    const value = this.received.shift()!;
    if (this.received.length < AHEAD_MAX) this.socket?.resume();
    return value;
  }

  /** Whether `recv` would not wait: there is a message, or the end.
   *  @param timeoutMs how long it waits for that; 0: only what is there already. */
  poll(timeoutMs = 0): Promise<boolean> {
    return this.arrival(timeoutMs);
  }

  /** The other end receives what was sent, and then its end. Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.over();
    // Nothing to come for: the other end will find that there is nobody.
    if (!this.socket && !this.hasSent) rmSync(this.directory, { recursive: true, force: true });
    this.connected.then(
      (socket) => socket.end(),
      () => {},
    );
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Every message, until the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    for (;;) {
      await this.arrival(Number.POSITIVE_INFINITY);
      if (this.received.length === 0 && this.isOver) return;
      yield await this.recv();
    }
  }

  private frame(value: Sent): Buffer {
    try {
      return frameOf([value]);
    } catch (error) {
      throw unsendableOf(SUBJECT, error);
    }
  }

  private use(socket: Socket): void {
    this.socket = socket;
    socket.unref();
    new Connection<never, Received>({
      stream: socket,
      message: (value) => {
        if (this.isClosed) return;
        this.received.push(value);
        if (this.received.length >= AHEAD_MAX) socket.pause();
        this.wake();
      },
      closed: () => this.over(),
      unsendable: () => {},
    });
  }

  private over(): void {
    if (this.isClosed) this.received.length = 0;
    this.isOver = true;
    this.wake();
    this.keepAlive.close();
  }

  private wake(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  /** @returns whether there is something, or nothing more will be. */
  private async arrival(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    checkDuration('timeoutMs', timeoutMs);
    if (this.received.length > 0 || this.isOver) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const wake = () => resolve(true);
    const aborted = () => reject(signal!.reason);
    const timer = new Timer(timeoutMs, () => resolve(false)).unref();
    this.waiting.add(wake);
    signal?.addEventListener('abort', aborted);
    try {
      return await this.keepAlive.during(promise);
    } finally {
      timer.stop();
      this.waiting.delete(wake);
      signal?.removeEventListener('abort', aborted);
    }
  }
}
