// Three processes get ready in any order, and begin together.
import { currentProcess, Group, Process, target } from '../toolkit.ts';

const names = ['a', 'b', 'c'];

export async function work(): Promise<void> {
  const start = await (await Group.current()).barrier('start', names.length);
  const { name } = currentProcess();
  process.stdout.write(`${name} is ready\n`);
  await start.wait();
  process.stdout.write(`${name} begins\n`);
}

if (import.meta.main) {
  await using _group = await Group.start();
  const processes = names.map((name) =>
    new Process({ target: target(import.meta.url, work), name }).start(),
  );
  await Promise.all(processes.map((process) => process.join()));
}
