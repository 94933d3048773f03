// One attacker: makes a connection after the other, and behaves badly on each in another way.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import {
  type Encoding,
  type Kind,
  MessageDecoder,
  type ServerMessage,
} from '../../protocol/index.ts';
import { Conversation } from './conversation.ts';
import { encode, garbage, goldenFrame, grammarFrame, helloOf, mutatedFrame } from './frames.ts';
import type { Random } from './random.ts';
import type { FuzzTally } from './tally.ts';

export interface AttackerOptions {
  readonly port: number;
  readonly random: Random;
  readonly tally: FuzzTally;
  /** The sender has stopped. */
  isDone(): boolean;
}

/** How it behaves on a connection, and how often. */
const behaviours = {
  /** Keeps to the protocol, but for the arguments. */
  converse: 12,
  /** As many messages at once as it has. */
  flood: 3,
  /** The same without ever reading an answer. */
  deaf: 1,
  /** Messages of the protocol with fields of any kind. */
  grammar: 3,
  /** Golden messages whose bytes are changed. */
  mutate: 4,
  garbage: 2,
  /** Cuts the connection in the middle of a frame. */
  half: 2,
  /** Some bytes at a time. */
  drip: 1,
} as const;
type Behaviour = keyof typeof behaviours;

const SERVER_FRAME_BYTES_MAX = 5_000_000;
const CONNECT_MS_MAX = 5000;
/** A server that does not take more for so long has had enough of this connection. */
const DRAIN_MS_MAX = 2000;
/** Time for the server to read all that was sent, before the connection is cut. */
const READ_MS_MAX = 500;
const LAST_PING = 0.25;

/** Attacks until `isDone`. */
export async function attack(options: AttackerOptions): Promise<void> {
  while (!options.isDone()) {
    const attempt = new Attempt(options);
    await attempt.run();
  }
}

class Attempt {
  private readonly options: AttackerOptions;
  private readonly random: Random;
  private readonly encoding: Encoding;
  private readonly behaviour: Behaviour;
  private readonly conversation: Conversation;
  private readonly socket: Socket;
  private readonly kinds = new Map<number, readonly Kind[]>();
  private isOver = false;
  /** The server has read all, or has closed the connection. */
  private readonly read = Promise.withResolvers<void>();

  constructor(options: AttackerOptions) {
    this.options = options;
    this.random = options.random;
    this.encoding = this.random.pick(['binary', 'json']);
    this.behaviour = this.random.weighted(behaviours);
    this.conversation = new Conversation(this.random);
    this.socket = connect({ port: options.port, host: '127.0.0.1' });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isOver = true;
      this.read.resolve();
    });
    this.listen();
  }

  async run(): Promise<void> {
    const { socket, options } = this;
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS_MAX) });
      options.tally.connections++;
      if (this.behaviour === 'garbage') await this.send(garbage(this.random), 1);
      else await this.misbehave();
      await this.untilRead();
    } catch {
      // The server has refused the connection, or is too busy for it: the next one comes.
    } finally {
      socket.destroy();
    }
  }

  private async misbehave(): Promise<void> {
    const { random } = this;
    if (this.encoding === 'binary') this.socket.write(Buffer.of(0));
    if (!random.onceIn(20))
      await this.sendFrame(encode(helloOf(`eve ${random.below(1000)}`), this.encoding));
    const count = 1 + random.below(this.behaviour === 'flood' ? 800 : 200);
    if (this.behaviour === 'flood' || this.behaviour === 'deaf') {
      await this.send(Buffer.concat(Array.from({ length: count }, () => this.frame())), count);
      return;
    }
    for (let i = 0; i < count && !this.isOver && !this.options.isDone(); ) {
      const frames = Array.from({ length: 1 + random.below(20) }, () => this.frame());
      i += frames.length;
      if (this.behaviour === 'drip') await this.drip(frames[0]!);
      else await this.send(Buffer.concat(frames), frames.length);
    }
    if (this.behaviour !== 'half' || this.isOver) return;
    const frame = this.frame();
    await this.send(frame.subarray(0, random.below(frame.length)), 1);
    this.socket.destroy();
  }

  private frame(): Buffer {
    const { random, encoding } = this;
    const isWild = random.onceIn(4);
    if (this.behaviour === 'grammar' && isWild) return grammarFrame(random, encoding);
    if (this.behaviour === 'mutate' && isWild) return mutatedFrame(random, encoding);
    if (random.onceIn(300)) return goldenFrame(random, encoding);
    try {
      return encode(this.conversation.next(), encoding);
    } catch {
      // A value that this encoding cannot carry.
      return encode({ type: 'ping', time: 1 }, encoding);
    }
  }

  private sendFrame(frame: Buffer): Promise<void> {
    return this.send(frame, 1);
  }

  /** Writes in two pieces, cut anywhere. */
  private async send(bytes: Buffer, frames: number): Promise<void> {
    if (this.isOver) return;
    const { tally } = this.options;
    tally.frames += frames;
    tally.bytes += bytes.length;
    const cut = this.random.below(bytes.length + 1);
    this.socket.write(bytes.subarray(0, cut));
    if (this.random.onceIn(3)) await setImmediate();
    const hasRoom = this.socket.write(bytes.subarray(cut));
    if (hasRoom) await setImmediate();
    else await once(this.socket, 'drain', { signal: AbortSignal.timeout(DRAIN_MS_MAX) });
  }

  /** The answer to a last ping comes when the server has read what was sent before. */
  private async untilRead(): Promise<void> {
    if (this.isOver) return;
    await this.sendFrame(encode({ type: 'ping', time: LAST_PING }, this.encoding));
    await Promise.race([this.read.promise, sleep(READ_MS_MAX)]);
  }

  private async drip(bytes: Buffer): Promise<void> {
    this.options.tally.frames++;
    this.options.tally.bytes += bytes.length;
    const step = 1 + Math.floor(bytes.length / 8);
    for (let at = 0; at < bytes.length && !this.isOver; at += step) {
      this.socket.write(bytes.subarray(at, at + step));
      await sleep(this.random.below(5));
    }
  }

  private listen(): void {
    if (this.behaviour === 'deaf') {
      this.socket.pause();
      return;
    }
    const { tally } = this.options;
    const decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: SERVER_FRAME_BYTES_MAX,
      kindsOf: (room) => this.kinds.get(room),
      receiver: {
        message: (message) => this.heard(message as ServerMessage),
        // What speaks no protocol is told so in one line of text.
        malformed: (error) => {
          if (error.code !== 'NOT_HOLDFAST') tally.unreadable.push(error.message);
        },
      },
    });
    this.socket.on('data', (chunk: Buffer) => decoder.push(chunk));
  }

  private heard(message: ServerMessage): void {
    if (message.type === 'error' || message.type === 'rejected') {
      this.options.tally.countError(message.code);
    } else if (message.type === 'joined') {
      this.kinds.set(message.room, message.kinds);
      this.conversation.joined(message);
    } else if (message.type === 'left') this.conversation.left(message);
    else if (message.type === 'resumed') this.conversation.resumed(message);
    else if (message.type === 'pong' && message.time === LAST_PING) this.read.resolve();
  }
}
