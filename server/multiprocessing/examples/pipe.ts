// A process says hello through a pipe.
import { Pipe, type PipeEnd, Process, target } from '../toolkit.ts';

export async function greet(end: PipeEnd): Promise<void> {
  await using pipe = Pipe.open<string>(end);
  await pipe.send('hello');
  await pipe.send(`and ${await pipe.recv()}`);
}

if (import.meta.main) {
  const [here, there] = Pipe.ends();
  await using pipe = Pipe.open<string>(here);
  new Process({ target: target(import.meta.url, greet), args: [there] }).start();
  process.stdout.write(`${await pipe.recv()}\n`);
  await pipe.send('goodbye');
  // Until the process has ended.
  for await (const text of pipe) process.stdout.write(`${text}\n`);
}
