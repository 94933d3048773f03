// A player is the same the next time, if the file can be kept.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccountFile } from './account-file.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-account-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const key = (letter: string): string => letter.repeat(22);

describe('The file of accounts of a player', () => {
  it('gives the key back, for each server and each name its own', () => {
    const folder = newFolder();
    const of = (host: string, name: string) => new AccountFile({ host, port: 8000, name, folder });
    expect(of('here', 'ann').read()).toBeUndefined();
    expect(of('here', 'ann').keep(key('a'))).toBeUndefined();
    expect(of('here', 'bob').keep(key('b'))).toBeUndefined();
    expect(of('../there', 'ann').keep(key('c'))).toBeUndefined();
    expect(of('here', 'ann').read()).toBe(key('a'));
    expect(of('here', 'bob').read()).toBe(key('b'));
    expect(of('../there', 'ann').read()).toBe(key('c'));
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('can be read by nobody else', () => {
    const folder = newFolder();
    new AccountFile({ host: 'here', port: 1, name: 'ann', folder }).keep(key('a'));
    expect(statSync(join(folder, 'here_1.json')).mode & 0o777).toBe(0o600);
  });

  it('is as none where it holds something else', () => {
    const folder = newFolder();
    const file = new AccountFile({ host: 'here', port: 1, name: 'ann', folder });
    for (const text of ['', '7', 'null', '{"ann":7}', '{"ann":"short"}']) {
      writeFileSync(join(folder, 'here_1.json'), text);
      expect(file.read()).toBeUndefined();
    }
    expect(file.keep(key('a'))).toBeUndefined();
    expect(file.read()).toBe(key('a'));
  });

  it('that cannot be written says why', () => {
    const folder = join(newFolder(), 'file');
    writeFileSync(folder, '');
    const file = new AccountFile({ host: 'here', port: 1, name: 'ann', folder });
    expect(file.keep(key('a'))).toMatch(/EEXIST|ENOTDIR/);
  });
});
