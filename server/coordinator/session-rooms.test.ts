// Rooms that go while a player is away: the client is told which, and why, when it comes back.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Game } from '../games/index.ts';
import { createLog } from '../observe/index.ts';
import { readConfig } from '../read-config.ts';
import { FakeLink } from './fake-link.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { FileStorage } from './storage.ts';
import { FakeBank } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { TestPool } from './test-pool.ts';
import { metrics } from './test-room.ts';

/** A process after another with the same directory. */
class Processes {
  readonly data = mkdtempSync(join(tmpdir(), 'holdfast-session-rooms-'));
  sessions!: Sessions;
  rooms!: Rooms;
  private storage!: FileStorage;

  constructor() {
    onTestFinished(async () => {
      await this.stop();
      rmSync(this.data, { recursive: true, force: true });
    });
  }

  async start(games: readonly Game[] = [tally]): Promise<void> {
    const config = { ...readConfig([]), data: this.data, journalSync: 'never' as const };
    const storage = await FileStorage.open(config);
    const bank = new FakeBank();
    const sessions = new Sessions({ config, storage, accounts: storage.accounts, bank });
    sessions.restore(storage.saved);
    const rooms = new Rooms({
      ...{ config, metrics, storage, sessions, bank },
      games: new Map(games.map((game) => [game.name, game])),
      log: createLog({ role: 'coordinator', level: 'fatal', write: () => {} }),
      pool: new TestPool().asPool,
      limits: { reached: () => {} },
      diskFailed: () => {},
    });
    Object.assign(this, { storage, sessions, rooms });
    await rooms.recover(storage);
  }

  async stop(): Promise<void> {
    await this.rooms.finish();
    await this.storage.leave();
    await Promise.all([this.rooms.close(), this.storage.close()]);
  }

  async restart(games?: readonly Game[]): Promise<void> {
    await this.stop();
    await this.start(games);
  }

  /** A player in a room of its own. */
  async play(name = 'ada'): Promise<{ room: Room; session: Session; link: FakeLink }> {
    const room = (await this.rooms.open(tally.name)) as Room;
    const session = this.sessions.begin(name)!;
    const link = new FakeLink();
    this.sessions.attach(session, link, session.id);
    room.join(session, null);
    await expect.poll(() => link.of('joined').length).toBe(1);
    return { room, session, link };
  }

  /** What the client of the session is told when it comes back. */
  told({ token }: Session) {
    const session = this.sessions.find(token)!;
    return this.sessions.places
      .takeLost(session)
      .map(([room, { code, text }]) => [room, code, text]);
  }

  folderOf({ id }: Room): string {
    return join(this.data, 'rooms', String(id));
  }
}

async function start(): Promise<Processes> {
  const processes = new Processes();
  await processes.start();
  return processes;
}

function spoil(folder: string): void {
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'spoiled');
}

describe('A player who was away when the room', () => {
  it('ended is told so once, also by a later process', async () => {
    const at = await start();
    const { room, session } = await at.play();
    at.sessions.detach(session);
    room.end('ROOM_ENDED', 'That was all.');
    await expect.poll(() => existsSync(at.folderOf(room))).toBe(false);
    await at.restart();
    expect(at.told(session)).toEqual([[room.id, 'ROOM_ENDED', 'That was all.']]);
    expect(at.told(session)).toEqual([]);
    await at.restart();
    expect(at.told(session)).toEqual([]);
  });

  it('failed is told so', async () => {
    const at = await start();
    const { room, session } = await at.play();
    const { id: connection } = session;
    const command = { type: 'command', connection, room: room.id, seq: 1, name: 'fail' } as const;
    room.members.command(session, { ...command, args: {}, call: false });
    at.sessions.detach(session);
    await expect.poll(() => at.rooms.size).toBe(0);
    const text = 'The game failed; this was recorded, and the room has ended.';
    expect(at.told(session)).toEqual([[room.id, 'GAME_ERROR', text]]);
  });
});

describe('A player whose room does not come back with the next process', () => {
  const text = (part: string) => expect.stringContaining(part);

  it('since its files cannot be read is told so, though they do not say who was in it', async () => {
    const at = await start();
    const [ada, bob] = [await at.play(), await at.play('bob')];
    await at.stop();
    spoil(at.folderOf(ada.room));
    await at.start();
    expect(at.told(ada.session)).toEqual([[ada.room.id, 'ROOM_LOST', text('could not be read')]]);
    expect(at.told(bob.session)).toEqual([]);
    expect(at.sessions.find(bob.session.token)!.rooms.size).toBe(1);
  });

  it('is told so also where that process ends before the player is back', async () => {
    const at = await start();
    const { room, session } = await at.play();
    await at.stop();
    spoil(at.folderOf(room));
    await at.start();
    await at.restart();
    expect(at.told(session)).toEqual([[room.id, 'ROOM_LOST', text('could not be read')]]);
  });

  it('since its files are gone is told so', async () => {
    const at = await start();
    const { room, session } = await at.play();
    await at.stop();
    rmSync(at.folderOf(room), { recursive: true });
    await at.start();
    expect(at.told(session)).toEqual([[room.id, 'ROOM_LOST', text('could not be read')]]);
  });

  it('since its game is not there is told so, and is in it again when the game is', async () => {
    const at = await start();
    const { room, session } = await at.play();
    await at.restart([]);
    expect(at.told(session)).toEqual([[room.id, 'ROOM_CLOSED', text('closed for now')]]);
    await at.restart();
    expect(at.told(session)).toEqual([]);
    expect([...at.sessions.find(session.token)!.rooms.keys()]).toEqual([room.id]);
  });

  it('since the game fails in it is told so', async () => {
    const at = await start();
    const { room, session } = await at.play();
    await at.stop();
    const about = () => {
      throw new Error('the code is wrong');
    };
    await at.start([{ ...tally, about }]);
    expect(at.told(session)).toEqual([[room.id, 'GAME_ERROR', text('could not be brought back')]]);
  });
});

describe('A player who', () => {
  it('has left a room, or was there when it ended, is told nothing later', async () => {
    const at = await start();
    const [ada, bob] = [await at.play(), await at.play('bob')];
    ada.room.members.leave(ada.session, 'LEFT', 'You have left the room.');
    bob.room.end('ROOM_ENDED', 'That was all.');
    expect([ada, bob].map(({ link }) => link.of('left').length)).toEqual([1, 1]);
    await expect.poll(() => existsSync(at.folderOf(bob.room))).toBe(false);
    await at.restart();
    expect([at.told(ada.session), at.told(bob.session)]).toEqual([[], []]);
  });

  it('ends the session is told nothing', async () => {
    const at = await start();
    const { session } = await at.play();
    at.sessions.end(session);
    expect(session.lostRooms.size).toBe(0);
  });
});
