// For a test: connects to the given port, then closes that client and one that finds no server.
// Ends by itself only if neither leaves anything behind.
import { once } from 'node:events';
import { Client, connect } from './index.ts';

const [port, emptyPort] = process.argv.slice(2).map(Number);
const client = await connect({ port: port!, name: 'ada' });
client.lobby.send('chat', 'hi');
await client.close();

const lonely = new Client({ port: emptyPort!, name: 'bob', keepTrying: true });
const opening = lonely.open();
await once(lonely, 'reconnecting');
await lonely.close();
await opening.catch(() => {});
