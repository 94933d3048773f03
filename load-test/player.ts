// One client of a swarm: connected, and playing or idle; what happens to it goes to the meter.

import { GoldrushBot } from '../client/bots/index.ts';
import { Client, type RoomView } from '../client/index.ts';
import type { SwarmTask } from './messages.ts';
import type { Meter } from './meter.ts';

/** So seldom does an idle client ping; the library pings more often where the server demands it. */
const IDLE_PING_MS = 3_600_000;

export class Player {
  private readonly client: Client;
  private readonly task: SwarmTask;
  private readonly number: number;
  private readonly meter: Meter;
  private isReady = false;
  /** The commands not acknowledged, oldest first: their numbers, and when they were sent. */
  private readonly seqs: number[] = [];
  private readonly sentAt: number[] = [];

  /** @param number different for each client of a load-test: its name and its bot's seed. */
  constructor(task: SwarmTask, number: number, meter: Meter) {
    this.task = task;
    this.number = number;
    this.meter = meter;
    const { host, port, mode } = task;
    const pingMs = mode === 'idle' ? { pingMs: IDLE_PING_MS } : {};
    const name = `${mode === 'idle' ? 'idle' : 'bot'} ${number}`;
    this.client = new Client({ host, port, name, keepTrying: true, ...pingMs });
    this.client.on('disconnected', (error) => this.dropped(error));
    this.client.on('error', (error) => this.dropped(error));
    this.client.on('reconnecting', ({ error }) => {
      meter.lastError = error.message;
    });
  }

  /** Never rejects; whoever could not connect is not ready. */
  async start(): Promise<void> {
    try {
      await this.client.open();
      if (this.task.mode === 'bots') this.play(await this.client.join({ game: this.task.game }));
      this.client.on('connected', () => this.ready());
      this.ready();
    } catch (error) {
      this.meter.lastError = (error as Error).message;
    }
  }

  private play(room: RoomView): void {
    const { meter, task } = this;
    const isWitness = this.number === task.firstClient;
    room.on('state', () => {
      meter.counts.statesReceived++;
      this.acknowledge(room.ack);
      if (isWitness) meter.ticked(room.tick);
    });
    room.on('rejected', () => {
      meter.counts.commandsRejected++;
    });
    room.on('left', ({ text }) => this.dropped(new Error(text)));
    room.on('rejoined', () => {
      this.seqs.length = 0;
      this.sentAt.length = 0;
    });
    // In other games the clients only watch.
    if (task.game !== 'goldrush') return;
    const { commandsPerSecond } = task;
    new GoldrushBot(room, { commandsPerSecond, seed: this.number, sent: this.sent }).start();
  }

  private readonly sent = (seq: number): void => {
    this.meter.counts.commandsSent++;
    this.seqs.push(seq);
    this.sentAt.push(performance.now());
  };

  private acknowledge(ack: number): void {
    while (this.seqs.length > 0 && this.seqs[0]! <= ack) {
      this.seqs.shift();
      this.meter.acknowledged(performance.now() - this.sentAt.shift()!);
    }
  }

  private ready(): void {
    if (this.isReady) return;
    this.isReady = true;
    this.meter.ready++;
  }

  private dropped(error: Error): void {
    if (!this.isReady) return;
    this.isReady = false;
    this.meter.ready--;
    this.meter.drops++;
    this.meter.lastError = error.message;
  }
}
