// One process withdraws 1 as often as another deposits 1: the balance is what it was, ten times.
import { Group, Process, target } from '../toolkit.ts';

const TIMES = 10_000;
/** Each of them is a step of its own; so many are on their way at a time. */
const AT_A_TIME = 100;

const openBalance = async () => (await Group.current()).value('balance', 100);

export async function book(amount: number): Promise<void> {
  const balance = await openBalance();
  for (let done = 0; done < TIMES; done += AT_A_TIME) {
    await Promise.all(Array.from({ length: AT_A_TIME }, () => balance.add(amount)));
  }
}

if (import.meta.main) {
  await using _group = await Group.start();
  const balance = await openBalance();
  for (let round = 0; round < 10; round++) {
    const [withdraws, deposits] = [-1, 1].map((amount) =>
      new Process({ target: target(import.meta.url, book), args: [amount] }).start(),
    );
    await Promise.all([withdraws!.result, deposits!.result]);
    process.stdout.write(`${await balance.get()}\n`);
  }
}
