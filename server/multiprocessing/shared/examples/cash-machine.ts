// One process withdraws 1 as often as another deposits 1: the balance is what it was, ten times.
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

const TIMES = 10_000;
const me = import.meta.filename;

await using group = role === '' ? await Group.start() : await Group.current();
const balance = await group.value('balance', 100);

if (role === '') {
  for (let round = 0; round < 10; round++) {
    await Promise.all([child(me, 'withdraw'), child(me, 'deposit')]);
    say(await balance.get());
  }
} else {
  const amount = role === 'deposit' ? 1 : -1;
  for (let i = 0; i < TIMES; i++) await balance.add(amount);
}
