// A room that closes is written down as it last was: other code may go on with it.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../store/index.ts';
import { FakeLink } from './fake-link.ts';
import type { RoomStorage } from './storage.ts';
import { quietTally } from './test-game.ts';
import { TestRoom } from './test-room.ts';
import { forgetfulRoom } from './test-storage.ts';

/** As a journal it writes one snapshot at a time, and says how many ticks the last does not have. */
class SlowStorage {
  readonly written: number[] = [0];
  tick = 0;
  private writing: Promise<void> | undefined;
  readonly room: RoomStorage;

  constructor() {
    const self = this;
    this.room = {
      ...forgetfulRoom,
      get unsnapshotted() {
        return self.tick - self.written.at(-1)!;
      },
      append: (tick) => {
        this.tick = tick;
      },
      snapshot: (snapshot) => this.snapshot(snapshot),
    };
  }

  snapshot({ tick }: Pick<Snapshot, 'tick'>): Promise<void> {
    this.writing ??= setImmediate().then(() => {
      this.written.push(tick);
      this.writing = undefined;
    });
    return this.writing;
  }
}

async function stepped(storage: SlowStorage): Promise<TestRoom> {
  const room = new TestRoom(quietTally, 4, storage.room);
  room.room.join(room.session(new FakeLink()), null);
  while (storage.tick === 0) await setImmediate();
  return room;
}

describe('A room that closes', () => {
  it('is written down at its last tick', async () => {
    const storage = new SlowStorage();
    await (await stepped(storage)).room.close();
    expect(storage.written).toEqual([0, 1]);
  });

  it('is so even while an earlier snapshot is being written', async () => {
    const storage = new SlowStorage();
    const { room } = await stepped(storage);
    void storage.snapshot({ tick: 0 });
    await room.close();
    expect(storage.written).toEqual([0, 0, 1]);
  });

  it('is not written down again where nothing has happened since', async () => {
    const storage = new SlowStorage();
    const { room } = await stepped(storage);
    await storage.snapshot({ tick: 1 });
    await room.close();
    expect(storage.written).toEqual([0, 1]);
  });
});
