// The bank: one transaction for what a turn brings, nobody told before the disk has it.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../read-config.ts';
import { AccountsFile, type BankBatch, type BankEffect, type Settled } from '../store/index.ts';
import { AccountsTrouble } from './accounts-trouble.ts';
import { type Accounts, Bank, type BankRoom } from './bank.ts';
import { Sessions } from './sessions.ts';
import { log, metrics } from './test-room.ts';
import { ForgetfulStorage } from './test-storage.ts';

function newData(): string {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-bank-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

function newFile(data = newData()): AccountsFile {
  const file = new AccountsFile(data);
  onTestFinished(() => file.close());
  return file;
}

/** Accounts whose disk can be told to fail, and to wait. */
class Disk implements Accounts {
  readonly batches: BankBatch[] = [];
  readonly synced: (() => void)[] = [];
  failsToWrite = false;
  waits = false;
  failsToSync = false;
  private readonly file = newFile();

  apply(batch: BankBatch): Settled[][] {
    if (this.failsToWrite) throw new Error('the disk is full');
    this.batches.push(batch);
    return this.file.apply(batch);
  }

  async sync(): Promise<void> {
    if (this.failsToSync) throw new Error('the disk is broken');
    if (this.waits) await new Promise<void>((resolve) => this.synced.push(resolve));
    return this.file.sync();
  }
}

function newBank(disk = new Disk()) {
  const failures: unknown[] = [];
  const bank = new Bank({
    accounts: disk,
    trouble: new AccountsTrouble(log),
    metrics,
    diskFailed: (error) => failures.push(error),
  });
  onTestFinished(() => bank.close());
  return { bank, disk, failures };
}

class TestBankRoom implements BankRoom {
  readonly id: number;
  readonly results: Settled[] = [];

  constructor(id: number) {
    this.id = id;
  }

  settled(result: Settled): void {
    this.results.push(result);
  }
}

const deposit = (n: number, fence = 1): BankEffect => ({
  n,
  kind: 'deposit',
  account: 'ann',
  fence,
  name: 'Ann',
  item: 'gold',
  amount: 10,
});

describe('The bank', () => {
  it('writes down what all rooms do in a turn in one transaction', async () => {
    const { bank, disk } = newBank();
    const rooms = [new TestBankRoom(1), new TestBankRoom(2)];
    await Promise.all(rooms.map((room) => bank.handOver(room, 0, [deposit(1)])));
    expect(disk.batches).toHaveLength(1);
    expect(rooms.map(({ results }) => results[0]?.balance)).toEqual([10, 20]);
  });

  it('tells nobody before the disk has it; what comes meanwhile is the next transaction', async () => {
    const { bank, disk } = newBank();
    const room = new TestBankRoom(1);
    disk.waits = true;
    const first = bank.handOver(room, 0, [deposit(1)]);
    await vi.waitUntil(() => disk.synced.length === 1);
    const second = bank.handOver(room, 0, [deposit(2)]);
    expect(room.results).toEqual([]);
    disk.synced[0]!();
    await first;
    expect(room.results).toMatchObject([{ n: 1 }]);
    await vi.waitUntil(() => disk.synced.length === 2);
    disk.synced[1]!();
    await second;
    expect(disk.batches).toHaveLength(2);
  });

  it('tries again what the disk does not take, and acknowledges nothing until it does', async () => {
    const { bank, disk } = newBank();
    const room = new TestBankRoom(1);
    disk.failsToWrite = true;
    const settled = bank.handOver(room, 0, [deposit(1)]);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([room.results, bank.waiting]).toEqual([[], 1]);
    disk.failsToWrite = false;
    await settled;
    expect([room.results.length, bank.waiting]).toEqual([1, 0]);
  });

  it('gives the same answer to what is handed over again', async () => {
    const { bank } = newBank();
    const [room, again] = [new TestBankRoom(1), new TestBankRoom(1)];
    await bank.handOver(room, 0, [deposit(1), deposit(2)]);
    await bank.handOver(again, 0, [deposit(2), deposit(1)]);
    expect(again.results.toReversed()).toEqual(room.results);
  });

  it('refuses the effects of a session from which the account was taken', async () => {
    const { bank } = newBank();
    const room = new TestBankRoom(1);
    bank.raise('ann', 5);
    await bank.handOver(room, 0, [deposit(1, 4), deposit(2, 5)]);
    expect(room.results.map(({ accepted }) => accepted)).toEqual([false, true]);
  });

  it('says so where nobody knows what the disk has', async () => {
    const { bank, disk, failures } = newBank();
    const room = new TestBankRoom(1);
    disk.failsToSync = true;
    void bank.handOver(room, 0, [deposit(1)]);
    await vi.waitUntil(() => failures.length === 1);
    expect(room.results).toEqual([]);
  });

  it('that is closed tells nobody anything', async () => {
    const { bank, disk } = newBank();
    const room = new TestBankRoom(1);
    disk.waits = true;
    void bank.handOver(room, 0, [deposit(1)]);
    await vi.waitUntil(() => disk.synced.length === 1);
    bank.close();
    disk.synced[0]!();
    await new Promise(setImmediate);
    expect(room.results).toEqual([]);
  });
});

describe('Accounts that nothing was put into', () => {
  it('cost the disk nothing, however many come', () => {
    const data = newData();
    const accounts = newFile(data);
    const written = () => statSync(join(data, 'accounts.db-wal')).size;
    const config = readConfig([]);
    const storage = new ForgetfulStorage();
    const sessions = new Sessions({ config, storage, accounts, bank: { raise: () => {} } });
    const before = written();
    for (let i = 0; i < 1000; i++) sessions.begin('ann');
    expect([sessions.size, written()]).toEqual([1000, before]);
  });
});
