// The directory of the sockets of pipes and groups: one whose path is short enough for a socket.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSocketFolder } from './socket-folder.ts';
import { Group, Pipe } from './toolkit.ts';

let long: string;
let root: string;
const { TMPDIR } = process.env;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  long = join(root, 'x'.repeat(100));
  mkdirSync(long);
});
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(root, { recursive: true });
});

describe('With a TMPDIR whose path is too long for a socket', () => {
  it('a pipe and a group work', async () => {
    process.env.TMPDIR = long;
    const [here, there] = Pipe.ends().map((end) => Pipe.open(end)) as [Pipe, Pipe];
    await here.send('through');
    expect(await there.recv()).toBe('through');
    here.close();
    await using group = await Group.start();
    expect(await (await group.value('n', 1)).add(1)).toBe(2);
  });

  it('and no other directory, the error names each and says what to do', () => {
    const missing = join(root, 'missing');
    expect(() => makeSocketFolder('holdfast-pipe-', 'making', [long, missing, undefined])).toThrow(
      /a path of \d+ bytes; ENOENT.*missing.*set TMPDIR to a directory with a shorter path/,
    );
  });
});

describe('A pipe whose directory a clean-up removes', () => {
  it('comes together all the same, as soon as the second end is open', async () => {
    const [first, second] = Pipe.ends();
    const here = Pipe.open(first);
    const received = here.recv();
    rmSync(first.directory, { recursive: true });
    const there = Pipe.open(second);
    await there.send('found');
    expect(await received).toBe('found');
    here.close();
    there.close();
  });

  it('has ended where its first end is not there to make it again', async () => {
    const [first, second] = Pipe.ends();
    rmSync(first.directory, { recursive: true });
    await expect(Pipe.open(second).recv()).rejects.toMatchObject({ code: 'END_OF_STREAM' });
  });
});
