// A server's group without the server: what its files may be, and what becomes of it then.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../observe/index.ts';
import { systemDisk } from '../../store/index.ts';
import { dial } from './dial.ts';
import { readGroupFile } from './group-file.ts';
import { Group } from './index.ts';
import { ServedGroup } from './served-group.ts';

let data: string;
let served: ServedGroup;
let said: string[];
const environment = { ...process.env };
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  said = [];
});
afterEach(async () => {
  await served.close();
  process.env = { ...environment };
  rmSync(data, { recursive: true });
});

function serve(): void {
  const say = (...given: unknown[]) => said.push(String(given.at(-1)));
  const log = { info: say, error: say } as unknown as Log;
  const limits = { bytesMax: 1e8, objectBytesMax: 1e8, ownerBytesMax: 1e8 };
  const path = join(data, 'socket');
  served = new ServedGroup({ data, path, disk: systemDisk, log, limits });
  served.serve();
}

const file = () => join(data, 'group.json');
const until = (holds: () => boolean) => expect.poll(holds, { interval: 5 }).toBe(true);

describe('The file of a group', () => {
  it.each([
    ['is damaged', 'x', 'the file is damaged'],
    ['has no key', '{"format":1,"path":"/x","key":""}', 'the file is damaged'],
    ['is of a newer version', '{"format":2,"where":"/x"}', 'the file is of a newer version'],
  ])('that %s is left as it is, and nobody is served', async (_, text, why) => {
    writeFileSync(file(), text);
    serve();
    await until(() => said.length > 0);
    expect(said[0]).toContain('the group of the server is not served');
    expect(said[0]).toContain(why);
    const joining = Group.ofServer(data, { timeoutMs: 0 });
    await expect(joining).rejects.toMatchObject({ code: 'NO_GROUP' });
    await expect(joining).rejects.toThrow(why);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('has the same key whoever serves', async () => {
    serve();
    await until(() => said.length > 0);
    const first = readGroupFile(data)!;
    await served.close();
    serve();
    await until(() => said.length > 1);
    expect(readGroupFile(data)).toEqual(first);
  });
});

describe('Who serves a group after another', () => {
  it('is the same to a process that was given up, so that it asks nothing twice', async () => {
    const runs: string[] = [];
    for (let time = 1; time <= 2; time++) {
      serve();
      await until(() => said.length === time);
      const { socket, run } = await dial(readGroupFile(data)!, () => {});
      runs.push(run);
      socket.destroy();
      await served.close();
    }
    expect(runs[0]).toBe(runs[1]);
  });

  it('is found by the processes that are started, by the directory and without a key', async () => {
    serve();
    expect(process.env).toMatchObject({ HOLDFAST_GROUP: data, HOLDFAST_GROUP_KEY: '' });
    await using group = await Group.current();
    const value = await group.value('n', 1);
    expect([await value.get(), served.counts]).toMatchObject([1, { owners: 1, objects: 1 }]);
  });
});
