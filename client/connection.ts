// One TCP connection: frames out, messages in, and why it ended.
import { connect, type Socket } from 'node:net';
import {
  DecoderState,
  encodeBinary,
  type Message,
  MessageDecoder,
  type ProtocolError,
  SERVER_FRAME_BYTES_MAX,
  type ServerMessage,
} from '../protocol/index.ts';
import { ClientError } from './errors.ts';

export interface ConnectionReceiver {
  received(): void;
  message(message: ServerMessage): void;
  /** A frame was dropped: the rest of one that a worker did not live to finish, most likely. */
  malformed(error: ProtocolError): void;
  /** Comes once, and not after `destroy`. */
  closed(error: ClientError): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** What to begin with, as it is at the time. */
  readonly hello: () => Message<'hello'>;
  readonly receiver: ConnectionReceiver;
}

/** The first byte chooses the binary encoding. */
const BINARY = Buffer.of(0);
const REFUSAL_CHARACTERS_MAX = 200;

export class Connection {
  private readonly options: ConnectionOptions;
  private readonly socket: Socket;
  private readonly decoder: MessageDecoder;
  private corked = false;
  private established = false;
  private failure: Error | undefined;
  /** The latest bytes, to tell what they say if they are no message. */
  private chunk: Buffer = Buffer.alloc(0);
  private done = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
    const { host, port, receiver } = options;
    this.decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: SERVER_FRAME_BYTES_MAX,
      receiver: {
        message: (message) => receiver.message(message as ServerMessage),
        malformed: (error) => this.malformed(error),
      },
    });
    this.socket = connect({ host, port, noDelay: true });
    this.socket.on('connect', () => {
      this.established = true;
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.chunk = chunk;
      receiver.received();
      this.decoder.push(chunk);
    });
    this.socket.on('error', (error) => {
      this.failure = error;
    });
    this.socket.on('close', () => this.finish(this.reason()));
    this.hello();
  }

  /** Begins, or begins again, the conversation. */
  hello(): void {
    this.write(BINARY);
    this.write(encodeBinary(this.options.hello()));
  }

  /** Sends a frame; those of one turn of the event loop share a write. */
  write(frame: Buffer): void {
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      process.nextTick(uncork, this);
    }
    this.socket.write(frame);
  }

  /** For `uncork` only. */
  flush(): void {
    this.corked = false;
    this.socket.uncork();
  }

  /** Reads no more messages, sends what is written, and waits for the server to end; `closed`
   *  follows. */
  end(): void {
    this.decoder.stop();
    this.socket.end();
  }

  /** Ends now; `closed` does not follow. */
  destroy(): void {
    this.done = true;
    this.decoder.stop();
    this.socket.destroy();
  }

  private malformed(error: ProtocolError): void {
    const { receiver } = this.options;
    if (this.decoder.state !== DecoderState.Stopped) receiver.malformed(error);
    else this.finish(new ClientError('NOT_HOLDFAST', this.refusalText(), error));
  }

  /** The first line that came, as something that can be shown. */
  private refusalText(): string {
    const text = this.chunk.toString('utf8').split(/[\r\n]/, 1)[0]!;
    return JSON.stringify(text.slice(0, REFUSAL_CHARACTERS_MAX));
  }

  private reason(): ClientError {
    const { failure } = this;
    if (this.established) return new ClientError('CONNECTION_LOST', failure?.message, failure);
    const { host, port } = this.options;
    // A name with several addresses fails with an AggregateError, whose own message is empty.
    const code = (failure as NodeJS.ErrnoException | undefined)?.code ?? failure?.message;
    return new ClientError('UNREACHABLE', `${host}:${port}${code ? ` ${code}` : ''}`, failure);
  }

  private finish(error: ClientError): void {
    if (this.done) return;
    this.destroy();
    this.options.receiver.closed(error);
  }
}

function uncork(connection: Connection): void {
  connection.flush();
}
