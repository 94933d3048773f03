// What the benchmark's processes run.
import { createServer } from 'node:net';
import { Group, Pipe, type PipeEnd } from '../toolkit.ts';
import { IN_FLIGHT, TEXT } from './sizes.ts';

export const square = (x: number): number => x * x;

/** A bare Unix socket that says what it hears. */
export async function echo(path: string, ready: PipeEnd): Promise<never> {
  createServer((socket) => socket.on('data', (data) => socket.write(data))).listen(path, () => {
    void Pipe.open(ready).send('ready');
  });
  return new Promise(() => {});
}

/** Puts as many items as the pipe says, each time that it says so. */
export async function produce(name: string, end: PipeEnd): Promise<void> {
  const queue = await (await Group.current()).queue<string>(name);
  for await (const count of Pipe.open<never, number>(end)) {
    const put = async () => {
      for (let done = 0; done < count; done += IN_FLIGHT) await queue.put(TEXT);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, put));
  }
}
