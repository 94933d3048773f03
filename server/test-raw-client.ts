// A bare socket for tests: sends any bytes, and collects what comes back.
import { connect, type Socket } from 'node:net';

export class RawClient implements Disposable {
  readonly socket: Socket;
  private chunks: Buffer[] = [];
  private ended = false;
  private changed = Promise.withResolvers<void>();

  /** @param localAddress from which it connects; one of the machine, as each of 127.0.0.0/8 is. */
  constructor(port: number, allowHalfOpen = false, localAddress = '127.0.0.1') {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen, localAddress });
    this.socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.received.toString();
  }

  /** Messages received as JSON lines. */
  get messages(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  get isClosed(): boolean {
    return this.ended;
  }

  send(...pieces: (string | Buffer | Record<string, unknown>)[]): this {
    for (const piece of pieces) {
      const isBytes = typeof piece === 'string' || Buffer.isBuffer(piece);
      this.socket.write(isBytes ? piece : `${JSON.stringify(piece)}\n`);
    }
    return this;
  }

  hello(name = 'tester'): this {
    return this.send({ type: 'hello', protocol: 1, name });
  }

  /** Resolves when `holds` does; it is looked at whenever something has come. */
  async until<T>(holds: (client: this) => T): Promise<NonNullable<T>> {
    for (;;) {
      const found = holds(this);
      if (found) return found;
      await this.changed.promise;
    }
  }

  /** The first message of a type, once it has come. */
  message(type: string): Promise<Record<string, unknown>> {
    return this.until((client) => client.messages.find((message) => message.type === type));
  }

  closed(): Promise<true> {
    return this.until((client) => client.isClosed) as Promise<true>;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  private wake(): void {
    const { resolve } = this.changed;
    this.changed = Promise.withResolvers<void>();
    resolve();
  }
}
