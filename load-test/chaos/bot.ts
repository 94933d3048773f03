// One client of a chaos run: connected and in a room; what befalls it goes to the incidents.
import { Client, LinkState, type RoomView } from '../../client/index.ts';
import { Handovers } from './handovers.ts';
import type { Incidents } from './incidents.ts';
import { PauseMeter } from './pause-meter.ts';

export interface BotOptions {
  readonly host: string;
  readonly port: number;
  /** 1 to 24 characters. */
  readonly name: string;
  readonly game: string;
  readonly incidents: Incidents;
}

/** The longest wait between two attempts to connect: what is measured is the server. */
const RECONNECT_MS_MAX = 1000;

export class Bot {
  readonly client: Client;
  readonly name: string;
  readonly pause = new PauseMeter(performance.now());
  readonly handovers = new Handovers();
  private readonly options: BotOptions;

  constructor(options: BotOptions) {
    const { host, port, name, incidents } = options;
    this.options = options;
    this.name = name;
    this.client = new Client({
      host,
      port,
      name,
      keepTrying: true,
      reconnectMsMax: RECONNECT_MS_MAX,
    });
    this.client.on('disconnected', (error) => {
      incidents.lostConnection(`${name}: ${error.message}`);
    });
    this.client.on('connected', (welcome) => this.handovers.welcomed(welcome, performance.now()));
    this.client.on('session', ({ lost }) => {
      if (lost) incidents.problem(`${name}: the server no longer had the session`);
    });
    this.client.on('error', (error) => incidents.problem(`${name} has ended: ${error.message}`));
  }

  /** Connects and joins. @throws as the client library does. */
  async join(): Promise<RoomView> {
    const { game, incidents } = this.options;
    await this.client.open();
    const room = await this.client.join({ game });
    room.on('state', () => this.pause.state(performance.now()));
    room.on('left', ({ code, text }) => {
      if (this.client.state === LinkState.Closing || this.client.state === LinkState.Closed) return;
      incidents.problem(`${this.name} lost its place in room ${room.number}: ${code}: ${text}`);
    });
    return room;
  }

  /** A fault is about to be. */
  begin(now: number): void {
    this.pause.begin(now);
    this.handovers.begin();
  }

  /** Whether a state has come since `at`. */
  isServed(at: number): boolean {
    return this.client.state === LinkState.Ready && this.pause.stateAt > at;
  }

  /** What it is waiting for, for people. */
  get situation(): string {
    const silentMs = Math.round(performance.now() - this.pause.stateAt);
    return `${this.name} (${this.client.state}, no state for ${silentMs} ms)`;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
