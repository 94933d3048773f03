// A client of a chaos run that only stays connected: what it sees of a fault is that another process serves it.
import { Client } from '../../client/index.ts';
import type { BotOptions } from './bot.ts';

export class Onlooker {
  readonly client: Client;
  /** From the beginning of the window to each time that another process said that it serves it. */
  pausesMs: number[] = [];
  private beganAt = 0;

  constructor({ host, port, name, incidents }: Omit<BotOptions, 'game'>) {
    this.client = new Client({ host, port, name, keepTrying: true });
    this.client.on('connected', () => this.pausesMs.push(performance.now() - this.beganAt));
    this.client.on('disconnected', (error) => {
      incidents.lostConnection(`${name}: ${error.message}`);
    });
    this.client.on('error', (error) => incidents.problem(`${name} has ended: ${error.message}`));
  }

  begin(now: number): void {
    this.beganAt = now;
    this.pausesMs = [];
  }

  /** Resolves when the server has answered something that is asked now. */
  async served(): Promise<void> {
    await this.client.lobby.call('rooms');
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
