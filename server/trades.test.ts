// Trades while processes are killed: nobody's gold is lost or doubled, and what was told is true.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import { killPid, processesOf, startServer, temporaryDirectory } from './test-server.ts';
import { GOLD, Trader } from './test-trader.ts';

const TRADERS = 20;
const game = fileURLToPath(new URL('test-mint-game.ts', import.meta.url));

function start(data: string, port = 0): Promise<ServerProcess> {
  const flags = ['--data', data, '--port', String(port), '--game', game];
  const many = ['--workers', '2', '--restarts-max', '1000'];
  return startServer(...flags, ...many);
}

async function kill(server: ServerProcess, role: 'worker' | 'coordinator'): Promise<void> {
  const found = await processesOf(server, role);
  const one = found[Math.floor(Math.random() * found.length)];
  if (one) killPid(one.pid);
}

/** What the database says of all accounts, by the names of their holders. */
function read(data: string) {
  const db = new DatabaseSync(join(data, 'accounts.db'));
  const rows = db
    .prepare("SELECT name, balance FROM balances JOIN holders USING (account) WHERE item = 'gold'")
    .all();
  const nets = db.prepare("SELECT sum(net) AS net FROM nets WHERE item = 'gold'").get();
  const open = db.prepare("SELECT count(*) AS open FROM trades WHERE state = 'open'").get();
  db.close();
  const balances = new Map(rows.map(({ name, balance }) => [name as string, balance as number]));
  return { balances, net: nets!.net, open: open!.open };
}

describe('Twenty players who trade in a circle', () => {
  it('have what they were told, through kill -9 of workers, coordinator and everything', async () => {
    const data = temporaryDirectory();
    const first = await start(data);
    const { port } = first;
    const traders = await Promise.all(
      Array.from({ length: TRADERS }, (_, i) => Trader.start(port, `trader-${i}`)),
    );
    onTestFinished(async () => void (await Promise.all(traders.map((trader) => trader.close()))));
    const made = () => new Set(traders.flatMap((trader) => [...trader.made.keys()])).size;
    const moreMade = (count: number) => {
      const goal = made() + count;
      return expect.poll(made, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(goal);
    };
    traders.forEach((trader, i) => {
      trader.begin(traders[(i + 1) % TRADERS]!);
    });
    for (const role of ['coordinator', 'worker', 'coordinator', 'coordinator', 'worker'] as const) {
      await moreMade(1 + Math.floor(Math.random() * TRADERS));
      await kill(first, role);
    }
    await moreMade(TRADERS / 2);
    await first.killAll();
    const second = await start(data, port);
    await moreMade(TRADERS / 2);
    await Promise.all(traders.map((trader) => trader.end()));
    // Nothing of all that has left an account locked.
    await Promise.all(traders.map((trader, i) => trader.trade(traders[(i + 1) % TRADERS]!)));
    const told = new Map(
      await Promise.all(
        traders.map(async (trader) => [trader.name, await trader.balance()] as const),
      ),
    );
    await second.stop();
    const { balances, net, open } = read(data);
    expect(balances).toEqual(told);
    expect(net).toBe(TRADERS * GOLD);
    expect([...balances.values()].reduce((sum, gold) => sum + gold, 0)).toBe(TRADERS * GOLD);
    expect(open).toBe(0);
    for (const trader of traders) {
      for (const [id, gold] of trader.made)
        expect(gold + trader.partnerOf(id).made.get(id)!).toBe(0);
    }
  });
});
