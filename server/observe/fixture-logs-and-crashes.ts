// A child that logs, prints what is no log line, and dies of an uncaught error right after.
import { createLog } from './log.ts';

const log = createLog({ role: 'worker', worker: 3, level: 'info' });
log.info({ room: 7 }, 'before the crash');
process.stdout.write('printed by a game\n');
log.fatal('last words');
throw new Error('it broke');
