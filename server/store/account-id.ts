// The id by which an account is known to everything that is written down.
import { hash } from 'node:crypto';

/** It follows from the account's key, so that an account needs no entry anywhere before something is
 *  put into it, and the key does not follow from it: no file of the server has a key. */
export const accountOf = (key: string): string => (key === '' ? '' : digest('account', key));

/** 132 bits that say nothing of the secret. */
export function digest(use: string, secret: string): string {
  return hash('sha256', `holdfast ${use} ${secret}`, 'base64url').slice(0, 22);
}
