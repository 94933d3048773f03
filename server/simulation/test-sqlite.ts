// Databases of a simulated machine, in the place of `node:sqlite`: a real one in memory for each path,
// which outlives the process that has it open; one that is killed in a transaction has not done it.
import { openSync } from './test-files.ts';
import { Call, machine, self } from './test-machine.ts';

// An import of it would find this module in its place.
const sqlite = process.getBuiltinModule('node:sqlite');
type Real = InstanceType<typeof sqlite.DatabaseSync>;
type Value = string | number;

const NOTHING_DONE = { changes: 0, lastInsertRowid: 0 };

const databases = new Map<string, Real>();

/** No database has anything in it. */
export function dropDatabases(): void {
  for (const real of databases.values()) real.close();
  databases.clear();
}

/** What the database says, in the end. */
export interface WrittenAccounts {
  /** By the names of their holders, who are each other's only one. */
  readonly balances: ReadonlyMap<string, number>;
  /** What rooms have put in. */
  readonly net: number;
  /** How each trade is, by its number. */
  readonly trades: ReadonlyMap<number, string>;
}

export function writtenAccounts(): WrittenAccounts {
  const [real] = databases.values();
  const all = (sql: string) => real?.prepare(sql).all() ?? [];
  const balances = all('SELECT name, balance FROM balances JOIN holders USING (account)');
  const [nets] = all('SELECT coalesce(sum(net), 0) AS net FROM nets');
  const trades = all('SELECT trade, state FROM trades');
  return {
    balances: new Map(balances.map(({ name, balance }) => [name as string, balance as number])),
    net: (nets?.net as number | undefined) ?? 0,
    trades: new Map(trades.map(({ trade, state }) => [trade as number, state as string])),
  };
}

export class DatabaseSync {
  private readonly real: Real;
  private readonly process = self();

  constructor(path: string) {
    this.real = databases.get(path) ?? new sqlite.DatabaseSync(':memory:');
    databases.set(path, this.real);
    if (this.real.isTransaction) this.real.exec('ROLLBACK');
    openSync(`${path}-wal`, 'w');
  }

  get isTransaction(): boolean {
    return this.real.isTransaction;
  }

  exec(sql: string): void {
    if (!this.process.isAlive) return;
    if (sql !== 'COMMIT') {
      this.real.exec(sql);
      return;
    }
    const isDone = machine().call(this.process) === Call.Done;
    this.real.exec(isDone || machine().chance(0.5) ? 'COMMIT' : 'ROLLBACK');
  }

  prepare(sql: string) {
    const { process, real } = this;
    const statement = real.prepare(sql);
    return {
      get: (...values: Value[]) => statement.get(...values),
      all: (...values: Value[]) => statement.all(...values),
      run(...values: Value[]) {
        return process.isAlive ? statement.run(...values) : NOTHING_DONE;
      },
    };
  }

  close(): void {}
}
