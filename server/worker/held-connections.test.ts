// The order in which connections are read again.
import { expect, it } from 'vitest';
import { HeldConnections } from './held-connections.ts';

it('Connections that are held again after each read all have their turn, whatever the budget of one is', () => {
  const held = new HeldConnections();
  const reads = new Map<number, number>();
  let budget = 0;
  for (let id = 0; id < 10; id++) {
    const connection = {
      tryResume(): boolean {
        if (budget === 0) return false;
        budget--;
        reads.set(id, (reads.get(id) ?? 0) + 1);
        held.add(connection);
        return false;
      },
    };
    held.add(connection);
  }
  for (let turn = 0; turn < 20; turn++) {
    budget = 3;
    held.resume();
  }
  expect([...reads.values()]).toEqual(Array(10).fill(6));
});
