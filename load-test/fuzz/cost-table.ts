// The messages whose costs are measured: one row for each kind, with the steps that must come before it.
import type { CostClient } from './cost-client.ts';

export interface CostRow {
  readonly name: string;
  /** How often it is done: enough for some tenths of a second of the server's processors. */
  readonly times: number;
  /** @returns what is done again and again; each time resolves when it has its answer. */
  prepare(client: CostClient): Promise<() => Promise<unknown>>;
}

const call =
  (name: string, args: object = {}) =>
  async (client: CostClient) =>
  () =>
    client.call(0, name, args);

/** The first is what all others are compared with. */
export const costRows: readonly CostRow[] = [
  { name: 'ping', times: 20_000, prepare: async (client) => () => client.ping() },
  {
    name: 'connect, hello, close',
    times: 1000,
    prepare: async (client) => () => client.visit(''),
  },
  {
    name: 'connect, hello with a token, close',
    times: 1000,
    prepare: async (client) => () => client.visit(client.token),
  },
  {
    name: 'connect, close',
    times: 1000,
    prepare: async (client) => () => client.knock(),
  },
  {
    name: 'join, leave (Goldrush)',
    times: 500,
    prepare: async (client) => async () => {
      const room = await client.join('goldrush');
      await client.leave(room);
    },
  },
  {
    name: 'join of a room that one is in',
    times: 1000,
    prepare: async (client) => {
      await client.join('goldrush');
      return () => client.join('goldrush');
    },
  },
  {
    name: 'command: walk (Goldrush)',
    times: 3000,
    prepare: async (client) => {
      const room = await client.join('goldrush');
      return () => client.call(room, 'walk', { dx: 0, dy: 0 });
    },
  },
  {
    name: 'call: audit (Goldrush)',
    times: 3000,
    prepare: async (client) => {
      const room = await client.join('goldrush');
      return () => client.call(room, 'audit', {});
    },
  },
  {
    name: 'command with 15 KB of wrong arguments',
    times: 1000,
    prepare: async (client) => {
      const room = await client.join('goldrush');
      return () => client.call(room, 'walk', { text: 'x'.repeat(15_000) });
    },
  },
  { name: 'lobby: online', times: 5000, prepare: call('online') },
  { name: 'lobby: rooms', times: 5000, prepare: call('rooms') },
  { name: 'lobby: leaderboard', times: 2000, prepare: call('leaderboard') },
  { name: 'lobby: audit', times: 2000, prepare: call('audit') },
  { name: 'lobby: trades', times: 2000, prepare: call('trades') },
  { name: 'lobby: account', times: 2000, prepare: call('account') },
  { name: 'lobby: chat, refused', times: 3000, prepare: call('chat', { text: 'hello' }) },
  {
    name: 'lobby: match, unmatch',
    times: 1500,
    prepare: async (client) => async () => {
      await client.call(0, 'match', { game: 'connect-four' });
      await client.call(0, 'unmatch', { game: 'connect-four' });
    },
  },
  // With the life of the room until it ends, half a second after it was opened.
  { name: 'lobby: create (Goldrush)', times: 24, prepare: call('create', { game: 'goldrush' }) },
];
