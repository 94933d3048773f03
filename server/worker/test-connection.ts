// A connection with a client at its other end and a worker that only takes notes.
import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import {
  type ClientMessage,
  type Encoding,
  type ErrorCode,
  encodeBinary,
  encodeJson,
  type Kind,
  MessageDecoder,
  type ServerMessage,
} from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { FromWorker, Handover } from '../link/index.ts';
import type { CloseReason } from '../observe/index.ts';
import { readConfig } from '../read-config.ts';
import { Connection } from './connection.ts';
import type { ConnectionHost } from './connection-host.ts';
import { HeldConnections } from './held-connections.ts';
import { ReadBudget } from './read-budget.ts';

export const HELLO = { type: 'hello', protocol: 1, name: 'ada' } as const;

/** Lets both ends write, read and close. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await setImmediate();
}

export class TestHost implements ConnectionHost {
  readonly config: Config;
  blocked = false;
  coordinatorServedAt = Number.POSITIVE_INFINITY;
  readonly budget = new ReadBudget(() => {
    this.held.resume();
  });
  readonly sent: FromWorker[] = [];
  readonly held = new HeldConnections<Connection>();
  readonly errors: ErrorCode[] = [];
  readonly reasons: CloseReason[] = [];
  readonly failures: unknown[] = [];
  readonly releasedIds: number[] = [];
  readonly counts = {
    throttled: 0,
    commands: 0,
    framesIn: 0,
    bytesIn: 0,
    framesOut: 0,
    bytesOut: 0,
  };

  constructor(changes: Partial<Config> = {}) {
    this.config = { ...readConfig([]), ...changes };
  }

  readonly encodings: Encoding[] = [];

  begun(_connection: number, encoding: Encoding): void {
    this.encodings.push(encoding);
  }
  kindsOf(): readonly Kind[] {
    return [];
  }
  roomsOf(): number[] {
    return [];
  }
  toCoordinator(message: FromWorker): void {
    this.sent.push(message);
  }
  writeLater(connection: Connection): void {
    queueMicrotask(() => connection.flush());
  }
  hold(connection: Connection): void {
    this.held.add(connection);
  }
  countThrottled(): void {
    this.counts.throttled++;
  }
  countCommand(): void {
    this.counts.commands++;
  }
  countIn(frames: number, bytes: number): void {
    this.counts.framesIn += frames;
    this.counts.bytesIn += bytes;
  }
  readonly countOut = (frames: number, bytes: number): void => {
    this.counts.framesOut += frames;
    this.counts.bytesOut += bytes;
  };
  countError(code: ErrorCode): void {
    this.errors.push(code);
  }
  failed(_connection: Connection, error: unknown): void {
    this.failures.push(error);
  }
  released(connection: Connection): void {
    this.releasedIds.push(connection.id);
  }
  closed(_connection: Connection, reason: CloseReason): void {
    this.reasons.push(reason);
  }

  /** What came to the coordinator since the last call. */
  take(): FromWorker[] {
    return this.sent.splice(0);
  }
}

export class TestClient {
  readonly connection: Connection;
  readonly host: TestHost;
  readonly socket: Duplex;
  readonly got: ServerMessage[] = [];
  /** What came, as it came. */
  raw = Buffer.alloc(0);
  hasEnded = false;
  readonly encoding: Encoding;
  private readonly continues: Encoding | undefined;

  /** @param handover the worker has it from another, which has read its first bytes. */
  constructor(encoding: Encoding, changes: Partial<Config> = {}, handover: Handover | null = null) {
    this.encoding = encoding;
    this.continues = handover?.encoding;
    this.host = new TestHost(changes);
    const [ours, theirs] = duplexPair();
    this.socket = ours;
    const socket = theirs as unknown as Socket;
    this.connection = new Connection(5, '127.0.0.1', socket, this.host, handover);
    if (encoding === 'binary' && !handover) ours.write(Buffer.from([0]));
  }

  /** Reads what comes; without it the client is one that never reads. */
  read(): this {
    const decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: 1_000_000,
      continues: this.continues,
      receiver: {
        message: (message) => this.got.push(message as ServerMessage),
        malformed: () => {},
      },
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.raw = Buffer.concat([this.raw, chunk]);
      decoder.push(chunk);
    });
    this.socket.on('end', () => {
      this.hasEnded = true;
    });
    return this;
  }

  bytesOf(...messages: readonly ClientMessage[]): Buffer {
    const bytes = messages.map((message) =>
      Buffer.from(
        this.encoding === 'binary' ? encodeBinary(message) : encodeJson(message, () => undefined),
      ),
    );
    return Buffer.concat(bytes);
  }

  async send(...messages: readonly ClientMessage[]): Promise<void> {
    this.socket.write(this.bytesOf(...messages));
    await settle();
  }

  /** Says hello and is answered. */
  async attach(): Promise<this> {
    await this.send(HELLO);
    this.connection.attachment.attached('token', 'ada', 'key');
    this.host.take();
    return this;
  }
}

export const command = (seq: number, room = 1) =>
  ({ type: 'command', room, seq, name: 'go', args: { seq } }) as const;
