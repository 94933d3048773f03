// Commands of the lobby that need the accounts while another program has them locked: each waits a while,
// is run again, and is refused in the end. A command that fails on the accounts otherwise is refused at once.
import { performance } from 'node:perf_hooks';
import { isLocked, StoreError } from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';
import { type Answer, refused } from './answer.ts';

const RETRY_MS = 100;
const PATIENCE_MS = 10_000;

/** Since when a command waits. */
const waiting = new WeakMap<object, number>();

/** @param message the command that has thrown `error`.
 *  @returns a promise: run the command again then.
 *  @throws what is not of the accounts. */
export function waitForAccounts(
  message: object,
  error: unknown,
  trouble: AccountsTrouble,
): Answer | Promise<undefined> {
  if (!(error instanceof StoreError)) throw error;
  trouble.failed(error, 'lobby');
  const now = performance.now();
  const since = waiting.get(message) ?? now;
  waiting.set(message, since);
  if (!isLocked(error) || now - since >= PATIENCE_MS) return refused('ACCOUNTS_UNAVAILABLE');
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), RETRY_MS);
  });
}
