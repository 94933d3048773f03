// Three processes print three lines each; a lock keeps those of one process together.
import { setImmediate as turn } from 'node:timers/promises';
import { Group, Process, target } from '../toolkit.ts';

export async function print(name: string): Promise<void> {
  const screen = await (await Group.current()).lock('screen');
  await using _held = await screen.acquire();
  for (let n = 1; n <= 3; n++) {
    process.stdout.write(`${name}${n}\n`);
    await turn();
  }
}

if (import.meta.main) {
  await using _group = await Group.start();
  const processes = ['a', 'b', 'c'].map((name) =>
    new Process({ target: target(import.meta.url, print), args: [name] }).start(),
  );
  await Promise.all(processes.map((process) => process.join()));
}
