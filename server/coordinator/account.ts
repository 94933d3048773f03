// Who somebody is beyond sessions: an account's key, which only its owner has, and its id.
import { hash, randomBytes } from 'node:crypto';

/** As many bits as a session's token. */
export function newAccountKey(): string {
  return randomBytes(16).toString('base64url');
}

/** The key of a session from before there were accounts: the same each time it is brought back. */
export const accountKeyOfToken = (token: string): string => digest('key', token);

/** The id by which an account is known: it follows from the key, so that an account needs no entry
 *  anywhere before something is put into it, and the key does not follow from it. */
export const accountOf = (key: string): string => (key === '' ? '' : digest('account', key));

function digest(use: string, secret: string): string {
  return hash('sha256', `holdfast ${use} ${secret}`, 'base64url').slice(0, 22);
}
