// Databases of a simulated machine, in the place of `node:sqlite`: a real one in memory for each path,
// which outlives the process that has it open; one that is killed in a transaction has not done it.
import { openSync } from './test-files.ts';
import { Call, machine, self } from './test-machine.ts';

// An import of it would find this module in its place.
const sqlite = process.getBuiltinModule('node:sqlite');
type Real = InstanceType<typeof sqlite.DatabaseSync>;
type Value = string | number;

const databases = new Map<string, Real>();

/** No database has anything in it. */
export function dropDatabases(): void {
  for (const real of databases.values()) real.close();
  databases.clear();
}

/** What all accounts hold. */
export function heldInAccounts(): number {
  const [real] = databases.values();
  const sum = 'SELECT coalesce(sum(balance), 0) AS held FROM balances';
  return (real?.prepare(sum).get()?.held as number | undefined) ?? 0;
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
      run(...values: Value[]): void {
        if (process.isAlive) statement.run(...values);
      },
    };
  }

  close(): void {}
}
