// A process that says who it is and who has started it.
import { currentProcess, Process, parentProcess, target } from '../toolkit.ts';

export function hello(name: string): void {
  const [parent, self] = [parentProcess(), currentProcess()];
  process.stdout.write(`${parent?.name} ${parent?.pid} has started ${self.name} ${self.pid}\n`);
  process.stdout.write(`hello ${name}\n`);
}

if (import.meta.main) {
  process.stdout.write(`this is ${currentProcess().name} ${currentProcess().pid}\n`);
  const child = new Process({ target: target(import.meta.url, hello), args: ['bob'] });
  child.start();
  await child.join();
}
