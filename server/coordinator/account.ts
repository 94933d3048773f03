// Account keys: made by the server, known to the client alone.
import { digest } from '../store/index.ts';
import { SignedSecrets } from './signed-secrets.ts';

export { accountOf } from '../store/index.ts';

/** The key of a session from before there were accounts: the same each time it is brought back. */
export const accountKeyOfToken = (token: string): string => digest('key', token);

export const accountKeys = (secret: Uint8Array): SignedSecrets =>
  new SignedSecrets(secret, 'account key');
