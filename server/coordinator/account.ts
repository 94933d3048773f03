// Account keys: made by the server, known to the client alone, and recognized by a signature.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { digest } from '../store/index.ts';

export { accountOf } from '../store/index.ts';

const RANDOM_BYTES = 16;
const SIGNATURE_BYTES = 8;

/** The key of a session from before there were accounts: the same each time it is brought back. */
export const accountKeyOfToken = (token: string): string => digest('key', token);

export class AccountKeys {
  private readonly secret: Uint8Array;

  /** @param secret stays the same for as long as there are keys. */
  constructor(secret: Uint8Array) {
    this.secret = secret;
  }

  /** As many random bits as a session's token. */
  make(): string {
    const random = randomBytes(RANDOM_BYTES);
    return Buffer.concat([random, this.sign(random)]).toString('base64url');
  }

  /** Whether this server, and no client, has made the key. It needs no list of them for that. */
  isOwn(key: string): boolean {
    const bytes = Buffer.from(key, 'base64url');
    if (bytes.length !== RANDOM_BYTES + SIGNATURE_BYTES) return false;
    const signature = this.sign(bytes.subarray(0, RANDOM_BYTES));
    return timingSafeEqual(bytes.subarray(RANDOM_BYTES), signature);
  }

  private sign(random: Uint8Array): Buffer {
    const whole = createHmac('sha256', this.secret).update('holdfast account key').update(random);
    return whole.digest().subarray(0, SIGNATURE_BYTES);
  }
}
