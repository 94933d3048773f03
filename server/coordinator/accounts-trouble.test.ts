// What the log says where the accounts cannot be used: what failed, and what that means for players.
import { expect, it } from 'vitest';
import { createLog } from '../observe/index.ts';
import { StoreError } from '../store/index.ts';
import { AccountsTrouble } from './accounts-trouble.ts';

it('Trouble with the accounts is logged once for each kind of work, with its consequence', () => {
  const lines: { msg: string }[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const trouble = new AccountsTrouble(createLog({ role: 'coordinator', level: 'info', write }));
  const error = new StoreError('LOCKED', 'accounts.db');
  for (const work of ['search', 'search', 'bank', 'lobby', 'bank'] as const) {
    trouble.failed(error, work);
  }
  expect(lines.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/searched .* no player waits/),
    expect.stringMatching(/deposits wait/),
    expect.stringMatching(/commands of the lobby/),
  ]);
  trouble.succeeded();
  trouble.failed(error, 'bank');
  expect(lines).toHaveLength(5);
});
