// One network address beside another on a real server: it takes its share, and no more.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { RawClient } from './test-raw-client.ts';

const GREEDY = '127.0.0.1';
const OTHER = '127.0.0.2';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({
    args: [
      ...['--exempt-addresses', 'none', '--connects-per-second-per-address', '5'],
      ...['--sessions-max', '30', '--sessions-per-address-max', '10'],
      ...['--rooms-max', '10', '--rooms-per-address-max', '4', '--rooms-per-account-max', '3'],
    ],
  });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

function clientOf(address: string): RawClient {
  const client = new RawClient(server.port, false, address);
  onTestFinished(() => client[Symbol.dispose]());
  return client.hello();
}

/** Its first message: `welcome`, or the code of a refusal. */
async function answerTo(client: RawClient): Promise<unknown> {
  await client.until(({ messages, isClosed }) => messages.length > 0 || isClosed);
  const [first] = client.messages;
  // Of very many that are refused at once some are closed without a word.
  return first?.type === 'welcome' ? 'welcome' : (first?.code ?? 'ADDRESS_LIMIT');
}

/** Joins Goldrush and walks: the server acknowledges that. */
async function play(client: RawClient): Promise<void> {
  client.send({ type: 'join', game: 'goldrush', request: 1 });
  const { room } = await client.message('joined');
  client.send({ type: 'command', room, seq: 1, name: 'walk', args: { dx: 1, dy: 0 } });
  const isAnswered = ({ type, ack, seq }: Record<string, unknown>) =>
    (type === 'state' && ack === 1) || (type === 'rejected' && seq === 1);
  await client.until(({ messages }) => messages.some(isAnswered));
}

/** Creates rooms.
 *  @returns the codes of those that were refused. */
async function create(client: RawClient, count: number): Promise<unknown[]> {
  for (let seq = 1; seq <= count; seq++) {
    client.send({ type: 'call', room: 0, seq, name: 'create', args: { game: 'goldrush' } });
  }
  const answers = () =>
    client.messages.filter(({ type }) => type === 'result' || type === 'rejected');
  await client.until(() => answers().length === count);
  return answers().flatMap(({ code }) => code ?? []);
}

describe('A client that asks for all there is', () => {
  it('has the rooms of its account and address, and others open theirs', async () => {
    const codes = await create(clientOf(GREEDY), 10);
    expect(codes).toHaveLength(7);
    expect(new Set(codes)).toEqual(new Set(['ROOM_QUOTA', 'TOO_SOON']));
    // A new session has a new account, and the same address.
    expect(await create(clientOf(GREEDY), 4)).toEqual(Array(3).fill('ROOM_QUOTA'));
    expect(await create(clientOf(OTHER), 2)).toEqual([]);
    // The lobby, the rooms of the greedy one, those of the other.
    await expect.poll(() => server.metric('holdfast_rooms')).toBe(1 + 4 + 2);
  });

  it('gets its share of the sessions, however often it connects, while other addresses play', async () => {
    const greedy = Array.from({ length: 80 }, () => clientOf(GREEDY));
    const other = clientOf(OTHER);
    expect(await answerTo(other)).toBe('welcome');
    await play(other);
    const answers = await Promise.all(greedy.map(answerTo));
    const welcomed = answers.filter((answer) => answer === 'welcome').length;
    expect(welcomed).toBeLessThanOrEqual(10);
    expect(answers.filter((answer) => answer === 'ADDRESS_LIMIT')).toHaveLength(80 - welcomed);
    await play(clientOf(OTHER));
  });

  it('connects as fast as one address may, and others at once', async () => {
    const greedy = Array.from({ length: 150 }, () => clientOf(GREEDY));
    const answers = await Promise.all(greedy.map(answerTo));
    expect(answers.filter((answer) => answer === 'ADDRESS_LIMIT').length).toBeGreaterThan(140);
    expect(await answerTo(clientOf(OTHER))).toBe('welcome');
    expect(
      await server.metric('holdfast_connections_refused_total', { reason: 'address_rate' }),
    ).toBeGreaterThan(0);
  });

  it('is named in the log, once for each limit in a while, and counted', async () => {
    const lines = server.log.filter(({ limit }) => limit === 'sessions' || limit === 'rooms');
    expect(lines.map(({ address }) => address)).toEqual([GREEDY, GREEDY]);
    // Children push what they have counted once a second.
    await expect
      .poll(() => server.metric('holdfast_limits_reached_total', { limit: 'sessions' }))
      .toBeGreaterThan(60);
  });
});
