// One client of a crowd: it counts the states that come without reading them, and turns now and then. It
// costs a small part of what a bot costs, so a few cores are enough to overload a server.
import { connect, type Socket } from 'node:net';
import {
  encodeBinary,
  MessageDecoder,
  messages,
  PROTOCOL_VERSION,
  SERVER_FRAME_BYTES_MAX,
  type ServerMessage,
} from '../protocol/index.ts';
import { CROWD_GAME, type SwarmTask } from './messages.ts';
import type { ClientMeter, Meter } from './meter.ts';

/** Where a frame has the tag of its message, behind the first byte of COBS and that of the array. */
const TAG_AT = 2;

export class CrowdMember {
  private readonly task: SwarmTask;
  private readonly number: number;
  private readonly meter: Meter;
  private readonly own: ClientMeter;
  private readonly socket: Socket;
  /** Until the client is in the room; then frames are only counted. */
  private decoder: MessageDecoder | undefined;
  private room = 0;
  private seq = 0;
  /** The place in the frame that is being received; NaN before the first delimiter. */
  private frameAt = Number.NaN;
  private turning: NodeJS.Timeout | undefined;

  /** @param number different for each client of a load-test. */
  constructor(task: SwarmTask, number: number, meter: Meter) {
    this.task = task;
    this.number = number;
    this.meter = meter;
    this.own = meter.addClient();
    this.decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: SERVER_FRAME_BYTES_MAX,
      receiver: {
        message: (message) => this.heard(message as ServerMessage),
        malformed: ({ message }) => this.socket.destroy(new Error(message)),
      },
    });
    this.socket = connect({ host: task.host, port: task.port, noDelay: true });
    this.socket.on('connect', () => this.greet());
    this.socket.on('data', (chunk: Buffer) => this.received(chunk));
    this.socket.on('error', ({ message }) => {
      meter.lastError = message;
    });
    this.socket.on('close', () => this.closed());
  }

  private greet(): void {
    const hello = {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      name: `crowd ${this.number}`,
    } as const;
    this.socket.write(Buffer.concat([Buffer.of(0), encodeBinary(hello)]));
  }

  private heard(message: ServerMessage): void {
    if (message.type === 'welcome') {
      this.socket.write(encodeBinary({ type: 'join', game: this.task.game }));
    } else if (message.type === 'resumed' && message.room !== 0) {
      this.room = message.room;
      this.seq = message.seq;
      this.decoder = undefined;
      this.own.isReady = true;
      this.meter.ready++;
      // In other games the client only watches.
      if (this.task.game === CROWD_GAME) this.begin();
    } else if (message.type === 'error') this.meter.lastError = message.text;
  }

  private received(chunk: Buffer): void {
    if (this.decoder) this.decoder.push(chunk);
    else this.count(chunk);
  }

  private count(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length) {
      const delimiter = chunk.indexOf(0, start);
      const end = delimiter < 0 ? chunk.length : delimiter;
      const tagAt = start + TAG_AT - this.frameAt;
      if (tagAt >= start && tagAt < end && chunk[tagAt] === messages.state.tag) {
        this.meter.counted(this.own);
      }
      this.frameAt = delimiter < 0 ? this.frameAt + end - start : 0;
      start = end + 1;
    }
  }

  private begin(): void {
    this.turning = setInterval(() => this.turn(), 1000 / this.task.commandsPerSecond);
  }

  private turn(): void {
    const { room } = this;
    const args = { direction: Math.floor(Math.random() * 8) };
    this.meter.counts.commandsSent++;
    this.socket.write(encodeBinary({ type: 'command', room, seq: ++this.seq, name: 'turn', args }));
  }

  private closed(): void {
    clearInterval(this.turning);
    if (!this.own.isReady) return;
    this.own.isReady = false;
    this.meter.ready--;
    this.meter.drops++;
  }
}
