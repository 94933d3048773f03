// Five processes log to one stream. Lines that are longer than what a system writes in one piece
// would be torn apart; here one process writes what the others put into a queue.
import { currentProcess, Group, Process, target } from '../toolkit.ts';

const PROCESSES = 5;
const LINES = 20;
const CHARACTERS = 20_000;

const openLog = async () => (await Group.current()).queue<string>('log', { maxSize: 16 });

export async function work(): Promise<void> {
  const log = await openLog();
  const { name } = currentProcess();
  for (let line = 1; line <= LINES; line++) {
    await log.put(`${name} ${line} ${name.repeat(CHARACTERS)}`);
  }
}

if (import.meta.main) {
  await using _group = await Group.start();
  const log = await openLog();
  const processes = Array.from({ length: PROCESSES }, (_, index) => {
    const name = String.fromCharCode('a'.charCodeAt(0) + index);
    return new Process({ target: target(import.meta.url, work), name }).start();
  });
  void Promise.all(processes.map((process) => process.join())).then(() => log.end());
  for await (const line of log) process.stdout.write(`${line}\n`);
}
