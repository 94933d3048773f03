// Files of other versions are found before anything is done with any room.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkFormats } from './check-formats.ts';
import { systemDisk } from './disk.ts';
import { roomFolder } from './room-folder.ts';
import { temporaryFolder } from './test-disk.ts';
import { CountingRoom, ones, options } from './test-journal.ts';

async function withVersion(name: string, version: number): Promise<string> {
  const data = temporaryFolder();
  for (const room of [7, 8]) (await CountingRoom.create({ ...options(data), room })).step(ones(1));
  const path = join(roomFolder(data, 8), name);
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(version, 4);
  writeFileSync(path, bytes);
  return data;
}

it.each([
  ['snapshot-000000000000.bin', 99, /rooms.8.snapshot-0*\.bin: format 99 of \d+: .*newer version/],
  ['journal-000000000001.log', 99, /rooms.8.journal-0*1\.log: format 99 of \d+: .*newer version/],
  ['snapshot-000000000000.bin', 1, /rooms.8.snapshot-0*\.bin: format 1, .*the version that wrote/],
])('%s of version %d is refused by its name', async (name, version, text) => {
  const data = await withVersion(name, version);
  expect(() => checkFormats(systemDisk, data)).toThrow(text);
});

it('Files of this version, and damaged ones, are taken', async () => {
  checkFormats(systemDisk, await withVersion('snapshot-000000000000.bin', 2));
  checkFormats(systemDisk, await withVersion('snapshot-000000000000.bin', 0));
});
