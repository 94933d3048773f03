// A player in both counted rooms that asks them for their sums.
import { Client, type RoomView } from '../../client/index.ts';
import type { GoldAudit, ItemTotals, TallyTotals } from './evidence.ts';
import { FaultError } from './victim.ts';

const RECONNECT_MS_MAX = 1000;

export class Auditor implements AsyncDisposable {
  private readonly client: Client;
  private readonly goldrush: RoomView;
  private readonly tally: RoomView;

  static async join(port: number): Promise<Auditor> {
    const client = new Client({ port, name: 'auditor', reconnectMsMax: RECONNECT_MS_MAX });
    // Should it end, its next question fails.
    client.on('error', () => {});
    await client.open();
    const goldrush = await client.join({ game: 'goldrush' });
    return new Auditor(client, goldrush, await client.join({ game: 'tally' }));
  }

  private constructor(client: Client, goldrush: RoomView, tally: RoomView) {
    this.client = client;
    this.goldrush = goldrush;
    this.tally = tally;
  }

  /** The numbers of the rooms. */
  get rooms(): readonly number[] {
    return [this.goldrush.number, this.tally.number];
  }

  async gold(msMax: number): Promise<GoldAudit> {
    return (await inTime(msMax, this.goldrush.call('audit'))) as GoldAudit;
  }

  async totals(msMax: number): Promise<TallyTotals> {
    return (await inTime(msMax, this.tally.call('totals'))) as TallyTotals;
  }

  async accounts(msMax: number): Promise<readonly ItemTotals[]> {
    const totals = await inTime(msMax, this.client.lobby.call('audit'));
    return (totals as { items: ItemTotals[] }).items;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function inTime<T>(msMax: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const text = `a room has not answered in ${msMax} ms`;
  const timer = setTimeout(() => late.reject(new FaultError(text)), msMax);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
