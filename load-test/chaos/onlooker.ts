// A client of a chaos run that only stays connected: what it sees of a fault is that another process serves it.
import { Client } from '../../client/index.ts';
import type { BotOptions } from './bot.ts';
import { Handovers } from './handovers.ts';

export class Onlooker {
  readonly client: Client;
  private readonly handovers = new Handovers();
  private beganAt = 0;

  constructor({ host, port, name, incidents }: Omit<BotOptions, 'game'>) {
    this.client = new Client({ host, port, name, keepTrying: true });
    this.client.on('connected', (welcome) => this.handovers.welcomed(welcome, performance.now()));
    this.client.on('disconnected', (error) => {
      incidents.lostConnection(`${name}: ${error.message}`);
    });
    this.client.on('error', (error) => incidents.problem(`${name} has ended: ${error.message}`));
  }

  begin(now: number): void {
    this.beganAt = now;
    this.handovers.begin();
  }

  /** From the beginning of the window to each time that another process said that it serves it.
   *  @param living as in `Handovers`. */
  pausesMs(living: readonly number[]): number[] {
    return this.handovers.times(living).map((at) => at - this.beganAt);
  }

  /** Resolves when the server has answered something that is asked now. */
  async served(): Promise<void> {
    await this.client.lobby.call('rooms');
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
