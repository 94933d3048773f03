// Functions for processes that have one end of a pipe.
import { Pipe, type PipeEnd } from './toolkit.ts';

/** Sends back what comes, until the end, and says how much that was. */
export async function echo(end: PipeEnd): Promise<number> {
  await using pipe = Pipe.open(end);
  let count = 0;
  for await (const value of pipe) {
    await pipe.send(value);
    count++;
  }
  return count;
}

/** Says at the other pipe that it has sent everything. */
export async function sendAndWait(
  end: PipeEnd,
  values: readonly unknown[],
  done: PipeEnd,
): Promise<never> {
  const pipe = Pipe.open(end);
  for (const value of values) await pipe.send(value);
  await Pipe.open(done).send('done');
  return new Promise(() => {});
}

/** Returns without having closed it. */
export async function sendAndReturn(end: PipeEnd, value: unknown): Promise<void> {
  await Pipe.open(end).send(value);
}

/** Opens it and receives nothing. */
export async function open(end: PipeEnd): Promise<never> {
  Pipe.open(end);
  return new Promise(() => {});
}

/** Everything that comes. */
export async function collect(end: PipeEnd): Promise<unknown[]> {
  return allOf(Pipe.open(end));
}

export async function allOf(pipe: Pipe): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of pipe) values.push(value);
  return values;
}
