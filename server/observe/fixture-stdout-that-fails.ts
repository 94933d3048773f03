// Logs while its stdout cannot be written to, and again when it can.
import { closeSync, openSync } from 'node:fs';
import { createLog } from './log.ts';
import { LogRelay } from './log-relay.ts';

const log = createLog({ role: 'worker', worker: 3, level: 'info' });
const relay = new LogRelay('json');
function say(text: string): void {
  log.info(`${text}, of a child`);
  relay.write(JSON.stringify({ msg: `${text}, of the primary` }));
}

for (let i = 0; i < 3; i++) say('lost');
closeSync(1);
// Takes the number that has become free.
openSync(process.argv[2]!, 'w');
say('kept');
