// A program beside the server that has its database of accounts locked for a while, as an SQL tool may.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 5;

/** Begins a transaction that excludes all other writers, as soon as no other has one.
 *  @returns what ends it. */
export async function lockAccounts(data: string, kind: 'IMMEDIATE' | 'EXCLUSIVE') {
  const db = new DatabaseSync(join(data, 'accounts.db'), { timeout: 0 });
  for (;;) {
    try {
      db.exec(`BEGIN ${kind}`);
      return () => db.close();
    } catch {
      await sleep(RETRY_MS);
    }
  }
}
