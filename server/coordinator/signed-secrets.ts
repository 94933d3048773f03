// Secrets that the server makes, gives away, and recognizes by a signature: it needs no list of them.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const RANDOM_BYTES = 16;
const SIGNATURE_BYTES = 8;

export class SignedSecrets {
  private readonly key: Uint8Array;
  private readonly use: string;

  /** @param key stays the same for as long as there are such secrets.
   *  @param use one of another use is not recognized. */
  constructor(key: Uint8Array, use: string) {
    this.key = key;
    this.use = use;
  }

  /** @returns 32 characters with as many random bits as a session's token. */
  make(): string {
    const random = randomBytes(RANDOM_BYTES);
    return Buffer.concat([random, this.sign(random)]).toString('base64url');
  }

  /** Whether this server, and no client, has made it. */
  isOwn(secret: string): boolean {
    const bytes = Buffer.from(secret, 'base64url');
    if (bytes.length !== RANDOM_BYTES + SIGNATURE_BYTES) return false;
    const signature = this.sign(bytes.subarray(0, RANDOM_BYTES));
    return timingSafeEqual(bytes.subarray(RANDOM_BYTES), signature);
  }

  private sign(random: Uint8Array): Buffer {
    const whole = createHmac('sha256', this.key).update(`holdfast ${this.use}`).update(random);
    return whole.digest().subarray(0, SIGNATURE_BYTES);
  }
}
