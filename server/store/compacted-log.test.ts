// A log that is made short while it goes on: what is read is what was appended, whatever dies when.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CompactedLog, type CompactedLogOptions } from './compacted-log.ts';
import { type Disk, systemDisk } from './disk.ts';
import { TEMPORARY_SUFFIX } from './room-folder.ts';
import { StoreError } from './store-error.ts';
import { Tenure } from './tenure.ts';
import { crashingDisk, smallDisk, temporaryFolder } from './test-disk.ts';

const LONG = 'x'.repeat(200_000);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (of: string): Buffer => Buffer.from(of);

let options: CompactedLogOptions & { path: string };
beforeEach(() => {
  const format = { magic: 'TEST', version: 2 };
  options = { path: join(temporaryFolder(), 'below', 'log'), format, policy: 'never' };
});

const open = (changes: Partial<CompactedLogOptions> = {}): CompactedLog =>
  CompactedLog.open({ ...options, ...changes }).log;

const read = (): string[] => CompactedLog.open(options).bodies.map(text);

/** Appends until the log is made short; `short` is what it is short as. */
function fill(log: CompactedLog, short: readonly string[]): void {
  let asked = 0;
  const records = () => {
    asked++;
    return short.map(bytes);
  };
  while (asked === 0) {
    log.append(bytes(LONG));
    log.compactIfLong(records);
  }
}

describe('A log', () => {
  it('gives what was appended, in order, and goes on after it', async () => {
    const log = open();
    for (const word of ['a', 'b']) log.append(bytes(word));
    await log.close();
    const again = open();
    again.append(bytes('c'));
    expect(read()).toEqual(['a', 'b', 'c']);
  });

  it('that is torn is cut off when it goes on', () => {
    const log = open();
    log.append(bytes('a'));
    const whole = readFileSync(options.path);
    writeFileSync(options.path, Buffer.concat([whole, whole.subarray(6, -1)]));
    const { log: again, bodies, droppedBytes } = CompactedLog.open(options);
    expect([bodies.map(text), droppedBytes]).toEqual([['a'], whole.length - 7]);
    again.append(bytes('b'));
    expect(read()).toEqual(['a', 'b']);
  });

  it('of an older version is one of this version when it goes on', () => {
    const older = { ...options.format, version: 1 };
    open({ format: older }).append(bytes('a'));
    open().append(bytes('b'));
    expect(() => open({ format: older })).toThrow(/format 2 of 1/);
    expect(read()).toEqual(['a', 'b']);
  });

  it.each([1, 2])('of version %i on a full disk is as it was', (version) => {
    const before = open({ format: { ...options.format, version } });
    for (const word of ['a', 'b']) before.append(bytes(word));
    const whole = readFileSync(options.path);
    const disk = smallDisk({ bytes: 0 });
    expect(() => open({ disk }).append(bytes('c'))).toThrow(StoreError);
    expect(readFileSync(options.path)).toEqual(whole);
    expect(read()).toEqual(['a', 'b']);
  });

  it('that began and was not written yet begins again', () => {
    open();
    writeFileSync(options.path, 'TE');
    open().append(bytes('a'));
    expect(read()).toEqual(['a']);
  });
});

describe('A long log', () => {
  it('is made short, and has what came meanwhile', async () => {
    const log = open();
    fill(log, ['short']);
    log.append(bytes('meanwhile'));
    await log.close();
    expect(read()).toEqual(['short', 'meanwhile']);
    expect(statSync(options.path).size).toBeLessThan(100);
    expect(existsSync(options.path + TEMPORARY_SUFFIX)).toBe(false);
  });

  it('has what came at any moment while it was made short, also when its process dies then', async () => {
    const { disk: lasting, done } = crashingDisk(Number.POSITIVE_INFINITY);
    await makeShort(lasting);
    const outcomes = new Set<boolean>();
    for (let operations = 1; operations < done.length; operations++) {
      systemDisk.remove(options.path);
      const appended = await makeShort(crashingDisk(operations).disk);
      const found = read().filter((word) => word !== LONG);
      const isShort = found[0] === 'short';
      outcomes.add(isShort);
      expect(isShort ? found.slice(1) : found, `after ${operations}`).toEqual(appended);
    }
    expect(outcomes).toEqual(new Set([false, true]));
  });

  /** Appends a word before each operation that has the loop go on; the disk may end all of it.
   *  @returns those that were appended. */
  async function makeShort(disk: Disk): Promise<string[]> {
    const appended: string[] = [];
    let log: CompactedLog | undefined;
    const append = () => {
      const word = `${appended.length}`;
      try {
        log?.append(bytes(word));
        if (log) appended.push(word);
      } catch {}
    };
    const operations = Object.entries(disk).map(([name, act]) => {
      const noted = (...args: unknown[]) => {
        if (name.endsWith('Later')) append();
        return (act as (...of: unknown[]) => unknown)(...args);
      };
      return [name, noted];
    });
    try {
      log = open({ disk: Object.fromEntries(operations) as Disk });
      fill(log, ['short']);
      await log.close();
    } catch {}
    return appended;
  }

  it('stays as it is where there is no room for another, and that is tried again later', async () => {
    const place = { bytes: 2_000_000 };
    const log = open({ disk: smallDisk(place) });
    fill(log, [LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG]);
    place.bytes = 1_000_000;
    log.append(bytes('a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    place.bytes = 10_000_000;
    expect(read().at(-1)).toBe('a');
    fill(log, ['short']);
    log.append(bytes('b'));
    await log.close();
    expect(read()).toEqual(['short', 'b']);
  });

  it('stays as it is where the time of its process ends meanwhile, which waits for that', async () => {
    const tenure = new Tenure();
    const log = open({ tenure });
    fill(log, ['short']);
    await tenure.end();
    expect(existsSync(options.path + TEMPORARY_SUFFIX)).toBe(false);
    expect(new Set(read())).toEqual(new Set([LONG]));
    await log.close();
  });

  it('is left alone when the file may be another process’', async () => {
    const tenure = new Tenure();
    const log = open({ tenure });
    for (let i = 0; i < 5; i++) log.append(bytes(LONG));
    await tenure.end();
    log.compactIfLong(() => [bytes('short')]);
    expect(() => log.append(bytes('late'))).toThrow('another process’');
    await log.close();
    expect(read()).toEqual(new Array(5).fill(LONG));
  });
});
