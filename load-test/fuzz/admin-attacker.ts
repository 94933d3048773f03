// An attacker of the operators' HTTP port: requests that are broken, cut, endless or slow.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';
import type { FuzzTally } from './tally.ts';

export interface AdminAttackerOptions {
  readonly port: number;
  readonly random: Random;
  readonly tally: FuzzTally;
  isDone(): boolean;
}

/** None of them asks for a restart, which would be no fault. */
const requests = [
  'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /api/processes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  'HEAD /readyz HTTP/1.0\r\n\r\n',
  'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\nx',
  'POST /api/crashes HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n',
  'PUT /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  `GET /${'a'.repeat(9000)} HTTP/1.1\r\n\r\n`,
];

/** Between two connections: a scraper comes once in some seconds. */
const PAUSE_MS = 25;
const ANSWER_MS = 30;

/** Attacks until `isDone`. */
export async function attackAdmin({
  port,
  random,
  tally,
  isDone,
}: AdminAttackerOptions): Promise<void> {
  while (!isDone()) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.resume();
    try {
      await once(socket, 'connect');
      tally.adminRequests++;
      socket.write(bytesOf(random));
      await sleep(ANSWER_MS);
    } catch {
      // It was refused, which is an answer.
    }
    socket.destroy();
    await sleep(PAUSE_MS);
  }
}

function bytesOf(random: Random): Buffer {
  if (random.onceIn(5)) return random.bytes(random.below(5000));
  const request = Buffer.from(random.pick(requests), 'latin1');
  for (let i = 0; i < random.below(4); i++)
    request[random.below(request.length)]! ^= 1 << random.below(8);
  return random.onceIn(3) ? request.subarray(0, random.below(request.length)) : request;
}
