// The process of a group's coordinator. It ends when the program that started it has.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { KEY_VARIABLE } from './dial.ts';
import { SyncServer } from './sync-server.ts';

const [path = '', forgot, origin, journal] = process.argv.slice(2);
const key = Buffer.from(process.env[KEY_VARIABLE] ?? '', 'hex');

process.title = 'holdfast group';
process.on('disconnect', () => {
  rmSync(dirname(path), { recursive: true, force: true });
  process.exit();
});
// Signals to all processes of a program, such as that of Ctrl-C, are for its other processes: they need
// their locks and queues to come to their end. This one ends after the program.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const notice = (text: string) => process.stderr.write(`holdfast group: ${text}\n`);
const server = await SyncServer.listen({
  path,
  key,
  forgot: forgot === 'forgot',
  fenceOrigin: Number(origin),
  journal,
  notice,
});
process.send!('ready');
// Ends the process: another takes its place.
throw await server.failed;
