// For tests: a server that does nothing by itself but answer pings; a test scripts the rest.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  CLIENT_FRAME_BYTES_MAX,
  type ClientMessage,
  encodeBinary,
  type Kind,
  type Message,
  MessageDecoder,
  RowWriter,
  type ServerMessage,
} from '../protocol/index.ts';

/** A list whose reader waits. */
class Inbox<T> {
  private readonly items: T[] = [];
  private readonly readers: ((item: T) => void)[] = [];

  put(item: T): void {
    const reader = this.readers.shift();
    if (reader) reader(item);
    else this.items.push(item);
  }

  take(): Promise<T> {
    if (this.items.length > 0) return Promise.resolve(this.items.shift()!);
    return new Promise((resolve) => this.readers.push(resolve));
  }

  get size(): number {
    return this.items.length;
  }
}

export class FakeConnection {
  readonly socket: Socket;
  /** Messages but pings, in the order of the wire. */
  readonly inbox = new Inbox<ClientMessage>();
  readonly closed: Promise<unknown>;
  answersPings = true;
  /** Whether a complete state follows `joined`, as from a server, where a test sends none with it. */
  sendsStates = true;
  pings = 0;
  /** How many pieces the bytes came in. */
  chunks = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    const decoder = new MessageDecoder({
      from: 'client',
      frameBytesMax: CLIENT_FRAME_BYTES_MAX,
      receiver: {
        message: (message) => this.received(message as ClientMessage),
        malformed: (error) => socket.destroy(error),
      },
    });
    socket.on('data', (chunk: Buffer) => {
      this.chunks++;
      decoder.push(chunk);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.write(Buffer.of(0));
  }

  send(...messages: ServerMessage[]): void {
    for (const message of messages) this.socket.write(encodeBinary(message));
    for (const message of messages) {
      if (message.type !== 'joined' || !this.sendsStates) continue;
      const { room } = message;
      const has = messages.some((one) => one.type === 'state' && one.room === room);
      if (!has) this.socket.write(encodeBinary(state({ room, reset: true })));
    }
  }

  /** The next message, which must be of this type. */
  async take<K extends ClientMessage['type']>(type: K): Promise<Message<K>> {
    const message = await this.inbox.take();
    if (message.type !== type) throw new Error(`${type} expected: ${JSON.stringify(message)}`);
    return message as Message<K>;
  }

  /** The sequence numbers and names of the next `count` commands and calls. */
  async takeInputs(count: number): Promise<string[]> {
    const inputs: string[] = [];
    while (inputs.length < count) {
      const message = await this.inbox.take();
      if (message.type !== 'command' && message.type !== 'call') {
        throw new Error(`an input expected: ${JSON.stringify(message)}`);
      }
      inputs.push(`${message.room}/${message.seq} ${message.name}`);
    }
    return inputs;
  }

  /** Takes hello and says welcome. */
  async welcome(change: Partial<Message<'welcome'>> = {}): Promise<Message<'hello'>> {
    const hello = await this.take('hello');
    this.send(welcome(change));
    return hello;
  }

  private received(message: ClientMessage): void {
    if (message.type !== 'ping') this.inbox.put(message);
    else {
      this.pings++;
      if (this.answersPings) this.send({ type: 'pong', time: message.time });
    }
  }
}

export class FakeServer implements AsyncDisposable {
  readonly port: number;
  private readonly server: Server;
  private readonly inbox = new Inbox<FakeConnection>();
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, greet: ((socket: Socket) => void) | undefined) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      if (greet) greet(socket.on('error', () => {}));
      else this.inbox.put(new FakeConnection(socket));
    });
  }

  /** @param greet what to do with a connection instead of making it a `FakeConnection`. */
  static async listen(port = 0, greet?: (socket: Socket) => void): Promise<FakeServer> {
    const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeServer(server, greet);
  }

  accept(): Promise<FakeConnection> {
    return this.inbox.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

export const minerKinds: Kind[] = [
  {
    name: 'miner',
    fields: [
      { name: 'x', type: 'u16' },
      { name: 'y', type: 'u16' },
      { name: 'name', type: 'string' },
    ],
  },
  { name: 'gold', fields: [{ name: 'worth', type: 'u8' }] },
];

export function welcome(change: Partial<Message<'welcome'>> = {}): Message<'welcome'> {
  return {
    type: 'welcome',
    session: 7,
    token: 'secret',
    name: 'ada',
    resumed: false,
    rooms: [],
    lobbySeq: 0,
    worker: 1,
    resumeMs: 30_000,
    idleMs: 60_000,
    commandsPerSecond: 100,
    inFlightMax: 256,
    ...change,
  };
}

export function joined(change: Partial<Message<'joined'>> = {}): Message<'joined'> {
  return {
    type: 'joined',
    room: 3,
    game: 'goldrush',
    kinds: minerKinds,
    avatar: 1,
    tickMs: 50,
    viewRadius: 24,
    about: { width: 64 },
    ...change,
  };
}

const nothing = new Uint8Array(0);

export function state(change: Partial<Message<'state'>> = {}): Message<'state'> {
  return {
    type: 'state',
    room: 3,
    tick: 1,
    reset: false,
    left: nothing,
    entered: nothing,
    changed: nothing,
    ...change,
  };
}

/** Rows as `write` writes them. */
export function rows(write: (writer: RowWriter) => void): Buffer {
  const writer = new RowWriter();
  write(writer);
  return Buffer.from(writer.written());
}

/** A complete state with one miner at (x, y). */
export function minerState(id: number, x: number, y: number, name = 'ada'): Message<'state'> {
  const entered = rows((writer) => writer.entered(0, minerKinds[0]!, id, [x, y, name]));
  return state({ reset: true, entered });
}
