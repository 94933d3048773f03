// Looks whether there is a server before a thousand clients try to connect to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, reachText } from '../client/index.ts';

/** There is no server at the target; the message says what to do. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code = 'NO_TARGET';
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A server that is being started gets this time. */
const PATIENCE_MS = 2000;
const RETRY_MS = 250;
/** A busy server answers later than one without clients. */
const ANSWER_MS = 5000;

/** @param tell is told at once what is wrong, while it is tried again.
 *  @throws {TargetError} when it stays so. A server that refuses the client is there. */
export async function probeTarget(
  { host, port }: Target,
  tell: (text: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const endsAt = performance.now() + patienceMs;
  for (let isTold = false; ; isTold = true) {
    try {
      const client = await connect({ host, port, name: 'load-test', connectTimeoutMs: ANSWER_MS });
      await client.close();
      return;
    } catch (error) {
      const text = reachText(error, address);
      if (text === undefined) return;
      if (performance.now() >= endsAt) throw new TargetError(text);
      if (!isTold) tell(text);
    }
    await sleep(RETRY_MS);
  }
}
